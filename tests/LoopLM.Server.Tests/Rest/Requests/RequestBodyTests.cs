using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ZstdSharp;

namespace LoopLM.Server.Tests.Rest.Requests;

/// <summary>Bodies as bytes: how they are encoded, what is JSON, and what messages say of what is not.</summary>
public sealed class RequestBodyTests
{
    private const string Sound = """{"prompt":"abc","max_tokens":2}""";

    /// <summary>Every endpoint that reads a body, with a body that it answers; its end is left open.</summary>
    private static readonly (string Path, string Body)[] s_endpoints =
    [
        ("/v1/completions", """{"prompt":"a","max_tokens":1"""),
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"a"}],"max_tokens":1"""),
        ("/v1/responses", """{"input":"a","max_output_tokens":1"""),
        ("/v1/loop/compare", """{"prompt":"a","max_tokens":1,"settings":[{},{}]"""),
        ("/tokenize", """{"prompt":"a" """),
        ("/detokenize", """{"tokens":[1]"""),
        ("/apply-template", """{"messages":[{"role":"user","content":"a"}]"""),
    ];

    /// <summary>Members that end a body and that no endpoint can read, as Latin-1.</summary>
    private static readonly string[] s_unreadable =
    [
        ",\"\u00ff\":1}", ",\"x\":\"\u00ff\"}", ",\"x\":\"Gr\u00fcn\"}", ",\"logit_bias\":{\"\u00ff\":1}}",
        ",\"chat_template_kwargs\":{\"\u00ff\":1}}", ",\"x\":\"\u00ed\u00a0\u0080\"}",
        ",\"x\":\"\u00c0\u0080\"}", ",\"\\ud800\":1}", ",\"x\":\"\\ud800\"}",
        ",\"function_call\":\"\\udc00\"}", ",\"x\":[{\"y\":\"\\ud800\\ud800\"}]}", ",\"x\":{\"\\udc00\":1}}",
        ",\"n\":1e99999999999}", ",\"best_of\":1e-99999999999}", ",\"x\":1e999999}",
        $",\"x\":{new string('1', 2000)}}}", $",\"x\":0.{new string('0', 2000)}1}}",
        ",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"x\",\"schema\":{\"title\":\"\u00ff\"}}}}",
        ",\"x\":1,\"x\":2}", ",\"x\":{\"y\":1,\"\\u0079\":2}}", ",}", ",\"x\":NaN}",
    ];

    public static TheoryData<string, string> Malformed => new()
    {
        { "", "it is empty" },
        { " \r\n\t ", "it is empty" },
        { "{", "ends at line 1, byte 2, before it is complete" },
        { "{\n\"prompt\":\n\"a", "ends at line 3, byte [0-9]+, before it is complete|line 3, byte 1" },
        { "[]", "it is a list" },
        { "\"a\"", "it is a string" },
        { "1", "it is a number" },
        { "null", "it is null" },
        { "true", "it is true or false" },
        { "{\"prompt\":\"a\",}", "line 1, byte 15: found '}' after a comma; JSON has no trailing commas" },
        { "{\"prompt\":[\"a\",]}", "byte 16: found '\\]' after a comma" },
        { "{\n // why\n\"prompt\":1}", "line 2, byte 2: found '/'; JSON has no comments" },
        { "{\"prompt\":1 /* why */}", "found '/'; JSON has no comments" },
        { "{'prompt':1}", "found '''; names and strings must be in double quotes" },
        { "{prompt:1}", "line 1, byte 2: found 'p'; names and strings must be in double quotes" },
        { "{\"prompt\":\"a\nb\"}", "the control character U\\+000A; a string must escape it" },
        { "{\"prompt\":\"\\x\"}", "found 'x' after a backslash" },
        { "{\"prompt\":\"\\u12g4\"}", "byte [0-9]+: found" },
        { "{\"prompt\":tru}", "line 1, byte 1[0-9]: found" },
        { "{\"prompt\":undefined}", "line 1, byte 11: found 'undefined'; a value is a string in double quotes, a number" },
        { "{\"stop\":None}", "line 1, byte 9: found 'None'; a value is .* null" },
        { "{\"prompt\":[1,NaN]}", "found 'NaN'; a value is" },
        { "{\"prompt\":0x10}", "found 'x'; a number is written like 16" },
        { "{\"prompt\":}", "found '}'; a value must follow its name" },
        { "{\"prompt\":.5}", "byte 11: found '.'" },
        { "{\"prompt\":01}", "byte 12: found '1'; a number is written like 16" },
        { "{\"prompt\":+1}", "byte 11: found '\\+'; a number is written like 16" },
        { "{\"prompt\" 1}", "byte 11: found '1'" },
        { "{} {}", "line 1, byte 4: '{' follows the end of the first value" },
        { "{}x", "line 1, byte 3: 'x' follows the end" },
        { "{\"prompt\":1,\"prompt\":2}", "line 1, byte 13: the name 'prompt' comes twice" },
        { "{\"prompt\":{\"a\":1,\"\\u0061\":2}}", "the name 'a' comes twice" },
        { "{\"prompt\":" + new string('[', 70), "more than 64 deep" },
        { "{\"a\\ud800\":1}", "a name contains an escaped lone surrogate" },
        { "<html>", "line 1, byte 1: found '<'" },
        { "prompt=a&max_tokens=1", "line 1, byte 1: found 'prompt'" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Post_Malformed_SaysWhatAndWhere(string body, string message)
    {
        await using var server = await ServerHarness.StartAsync();

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync(body));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_json"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Matches(message, error.GetProperty("message").GetString());
        Assert.DoesNotMatch("LineNumber|BytePosition|start of a value|JsonReader|Expected", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Post_WhatNobodyCanRead_IsRefusedByEveryEndpoint()
    {
        await using var server = await ServerHarness.StartAsync();
        foreach (var (path, sound) in s_endpoints)
        {
            Assert.Equal(HttpStatusCode.OK, (await server.Rest.PostAsync(path, Bytes(Encoding.Latin1.GetBytes(sound + "}")))).StatusCode);
            foreach (var end in s_unreadable)
            {
                var (response, _) = await ServerHarness.RefuseAsync(
                    server.Rest.PostAsync(path, Bytes(Encoding.Latin1.GetBytes(sound + end))));
                Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{path} {end}");
            }
        }
    }

    [Theory]
    [InlineData("""{"prompt":"a","stop":["b",{"c":"\udfff"}]}""", "stop[1].c", "lone surrogate")]
    [InlineData("""{"prompt":["a","\ud83d\ude00","\ud83d"]}""", "prompt[2]", "lone surrogate")]
    [InlineData("""{"prompt":"a","n":1e100000}""", "n", "exponent beyond 99999")]
    public async Task Post_ValueThatNobodyCanRead_NamesIt(string body, string param, string message)
    {
        await using var server = await ServerHarness.StartAsync();

        var (_, error) = await ServerHarness.RefuseAsync(server.PostAsync(body));

        Assert.Equal(("invalid_value", param), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\ufeff" + Sound)]
    [InlineData("""{"prompt":"\ud83d\ude00 \u0000 \\ud800 é","max_tokens":2}""")]
    [InlineData("""{"prompt":"a","max_tokens":2,"x":1e99999,"y":0e0000000000000000001,"z":{"":{"":1}}}""")]
    public async Task Post_OddButSound_IsAnswered(string body)
    {
        await using var server = await ServerHarness.StartAsync();

        await server.CompleteAsync(body);
    }

    [Theory]
    [InlineData("utf-16", "looks like UTF-16")]
    [InlineData("utf-16BE", "looks like UTF-16")]
    [InlineData("utf-32", "looks like UTF-16 or UTF-32")]
    [InlineData("iso-8859-1", "byte 12 is 0xFC")]
    public async Task Post_OtherCharacterEncoding_SaysSo(string encoding, string message)
    {
        await using var server = await ServerHarness.StartAsync();

        var (response, error) = await ServerHarness.RefuseAsync(
            server.Rest.PostAsync("/v1/completions", Bytes(Encoding.GetEncoding(encoding).GetBytes("""{"prompt":"ü"}"""))));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_encoding"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("identity")]
    public async Task Post_Compressed_IsDecoded(string encoding)
    {
        await using var server = await ServerHarness.StartAsync();

        using var response = await server.Rest.PostAsync(
            "/v1/completions", Bytes(Compress(encoding, Encoding.UTF8.GetBytes(Sound)), encoding));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    public async Task Post_CompressedBeyondTheLimit_IsRefusedWithTheLimit(string encoding)
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxBodyBytes=4096");
        var bomb = Compress(encoding, Encoding.UTF8.GetBytes($$"""{"prompt":"{{new string('a', 4_000_000)}}"}"""));

        var (response, error) = await ServerHarness.RefuseAsync(
            server.Rest.PostAsync("/v1/completions", Bytes(bomb[..Math.Min(bomb.Length, 4000)], encoding)));

        Assert.Equal(
            (HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Contains("4096 bytes", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(response.Headers.GetValues("x-request-id").Single());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    public async Task Post_NotWhatItsEncodingSays_IsRefused(string encoding)
    {
        await using var server = await ServerHarness.StartAsync();

        var (response, error) = await ServerHarness.RefuseAsync(
            server.Rest.PostAsync("/v1/completions", Bytes(Encoding.UTF8.GetBytes(Sound), encoding)));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_encoding"), (response.StatusCode, error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Post_ZstdWithAHugeWindow_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync();

        // A frame whose header requests 2 GiB.
        var (response, _) = await ServerHarness.RefuseAsync(
            server.Rest.PostAsync("/v1/completions", Bytes([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA8, 0x01, 0x00, 0x00], "zstd")));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("compress")]
    [InlineData("gzip, br")]
    [InlineData("aws-chunked")]
    public async Task Post_UnknownEncoding_NamesItAndThoseAccepted(string encoding)
    {
        await using var server = await ServerHarness.StartAsync();

        var (response, error) = await ServerHarness.RefuseAsync(
            server.Rest.PostAsync("/v1/completions", Bytes(Encoding.UTF8.GetBytes(Sound), encoding)));

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported_content_encoding"),
            (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Contains($"'{encoding}'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("gzip, deflate, br, zstd", string.Join(", ", response.Headers.GetValues("Accept-Encoding")));
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("APPLICATION/JSON;charset=\"UTF-8\"", true)]
    [InlineData("application/vnd.api+json", true)]
    [InlineData("text/json", true)]
    [InlineData("", true)]
    [InlineData("application/json; charset=utf-16", false)]
    [InlineData("application/json; charset=iso-8859-1", false)]
    [InlineData("text/plain", false)]
    [InlineData("application/x-www-form-urlencoded", false)]
    [InlineData("multipart/form-data; boundary=a", false)]
    [InlineData("json", false)]
    public async Task Post_ContentType_IsReadWhereItIsJson(string type, bool read)
    {
        await using var server = await ServerHarness.StartAsync();
        var body = new ByteArrayContent(Encoding.UTF8.GetBytes(Sound));
        body.Headers.TryAddWithoutValidation("Content-Type", type);

        using var response = await server.Rest.PostAsync("/v1/completions", body);

        Assert.Equal(read ? HttpStatusCode.OK : HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        if (!read)
        {
            var message = JsonElement.Parse(await response.Content.ReadAsStringAsync())
                .GetProperty("error").GetProperty("message").GetString();
            Assert.Contains($"'{type}'", message, StringComparison.Ordinal);
            Assert.Contains("-H 'Content-Type: application/json'", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("https://evil.example.org", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("null", HttpStatusCode.UnsupportedMediaType)]
    public async Task Post_NoContentType_IsReadUnlessAPageSendsIt(string? origin, HttpStatusCode status)
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Sound)),
        };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var response = await server.Rest.SendAsync(request);

        Assert.Equal(status, response.StatusCode);
    }

    private static ByteArrayContent Bytes(byte[] body, string? encoding = null)
    {
        var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (encoding is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        }

        return content;
    }

    private static byte[] Compress(string encoding, byte[] body)
    {
        using var compressed = new MemoryStream();
        using (Stream stream = encoding.ToUpperInvariant() switch
        {
            "GZIP" => new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true),
            "DEFLATE" => new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true),
            "BR" => new BrotliStream(compressed, CompressionLevel.Optimal, leaveOpen: true),
            "ZSTD" => new CompressionStream(compressed),
            _ => new BufferedStream(compressed),
        })
        {
            stream.Write(body);
            stream.Flush();
        }

        return compressed.ToArray();
    }
}
