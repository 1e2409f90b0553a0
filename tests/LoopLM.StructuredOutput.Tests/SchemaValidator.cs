using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LoopLM.StructuredOutput.Tests;

/// <summary>Says whether a value matches a schema, by the words of JSON Schema 2020-12; knows the keywords that the compiler enforces and no others.</summary>
internal static class SchemaValidator
{
    public static bool IsValid(JsonElement value, JsonElement schema) => IsValid(value, schema, schema);

    private static bool IsValid(JsonElement value, JsonElement schema, JsonElement root) => schema.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => schema.EnumerateObject().All(keyword => Holds(keyword.Name, keyword.Value, value, schema, root)),
    };

    private static bool Holds(string keyword, JsonElement expected, JsonElement value, JsonElement schema, JsonElement root)
    {
        var kind = value.ValueKind;
        return keyword switch
        {
            "$defs" or "description" => true,
            "$ref" => IsValid(value, Resolve(expected.GetString()!, root), root),
            "anyOf" or "oneOf" or "allOf" => expected.EnumerateArray().Any(option => IsValid(value, option, root)),
            "type" => expected.ValueKind == JsonValueKind.Array ? expected.EnumerateArray().Any(type => IsOfType(value, type.GetString()!)) : IsOfType(value, expected.GetString()!),
            "const" => JsonElement.DeepEquals(value, expected),
            "enum" => expected.EnumerateArray().Any(option => JsonElement.DeepEquals(value, option)),
            "minimum" => kind != JsonValueKind.Number || value.GetDouble() >= expected.GetDouble(),
            "maximum" => kind != JsonValueKind.Number || value.GetDouble() <= expected.GetDouble(),
            "exclusiveMinimum" => kind != JsonValueKind.Number || value.GetDouble() > expected.GetDouble(),
            "exclusiveMaximum" => kind != JsonValueKind.Number || value.GetDouble() < expected.GetDouble(),
            "minLength" => kind != JsonValueKind.String || Length(value) >= expected.GetInt32(),
            "maxLength" => kind != JsonValueKind.String || Length(value) <= expected.GetInt32(),
            "pattern" => kind != JsonValueKind.String || Regex.IsMatch(OneUnitEach(value), expected.GetString()!, RegexOptions.ECMAScript),
            "format" => kind != JsonValueKind.String || IsOfFormat(value, expected.GetString()!),
            "minItems" => kind != JsonValueKind.Array || value.GetArrayLength() >= expected.GetInt32(),
            "maxItems" => kind != JsonValueKind.Array || value.GetArrayLength() <= expected.GetInt32(),
            "items" => kind != JsonValueKind.Array || value.EnumerateArray().All(item => IsValid(item, expected, root)),
            "required" => kind != JsonValueKind.Object || expected.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
            "properties" => kind != JsonValueKind.Object || value.EnumerateObject()
                .All(property => !expected.TryGetProperty(property.Name, out var child) || IsValid(property.Value, child, root)),
            "additionalProperties" => kind != JsonValueKind.Object || value.EnumerateObject()
                .All(property => (schema.TryGetProperty("properties", out var named) && named.TryGetProperty(property.Name, out _)) || IsValid(property.Value, expected, root)),
            _ => throw new ArgumentOutOfRangeException(nameof(keyword), keyword, "not known to the validator"),
        };
    }

    // Patterns are about code points; .NET's are about UTF-16 units, and know fewer kinds of white space.
    private static string OneUnitEach(JsonElement value) =>
        string.Concat(value.GetString()!.EnumerateRunes().Select(rune => rune.Value > char.MaxValue ? '\uE000' : (char)rune.Value));

    private static int Length(JsonElement value) => value.GetString()!.EnumerateRunes().Count();

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()),
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind == JsonValueKind.Null,
    };

    private static bool IsOfFormat(JsonElement value, string format) => format switch
    {
        "date-time" => value.TryGetDateTimeOffset(out _),
        "date" => DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "time" => DateTimeOffset.TryParse($"2000-02-02T{value.GetString()}", CultureInfo.InvariantCulture, out _),
        "uuid" => value.TryGetGuid(out _),
        "duration" => Regex.IsMatch(value.GetString()!, @"^P(?!$)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?!$)(\d+H)?(\d+M)?(\d+S)?)?)$", RegexOptions.ECMAScript),
        "email" => MailAddress.TryCreate(value.GetString(), out _),
        "hostname" => Uri.CheckHostName(value.GetString()) is UriHostNameType.Dns or UriHostNameType.IPv4,
        "uri" => Uri.IsWellFormedUriString(value.GetString(), UriKind.Absolute),
        _ => IPAddress.TryParse(value.GetString(), out var address)
            && address.AddressFamily == (format == "ipv4" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6),
    };

    private static JsonElement Resolve(string reference, JsonElement root) =>
        reference.Split('/').Skip(1).Aggregate(root, (at, name) => at.GetProperty(name));
}
