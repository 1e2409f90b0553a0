using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;

namespace LoopLM.Server.Configuration;

/// <summary>A key by which a client may use the server. Its limits go before those of <see cref="RateLimitOptions.Section"/>.</summary>
public sealed class ApiKeyOptions : RateLimitOptions
{
    /// <summary>UTF-16 units of a key, at most.</summary>
    public const int MaxLength = 1024;

    /// <summary>Whose it is, as logs say; the key itself is never logged.</summary>
    [Required]
    [RegularExpression("[!-~]{1,64}", ErrorMessage = "Name must have 1 to 64 visible ASCII characters.")]
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the key, 64 hexadecimal digits.</summary>
    [Required]
    [RegularExpression("[0-9a-fA-F]{64}", ErrorMessage = "Sha256 must be the SHA-256 of the key as 64 hexadecimal digits.")]
    public string Sha256 { get; set; } = "";

    /// <summary>Its share of the queue and of the engine in relation to the other keys', 1 to 1000.</summary>
    [Range(1, 1000)]
    public int Weight { get; set; } = 1;

    /// <summary>The SHA-256 of a key.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
