using System.Text.Json;
using System.Text.RegularExpressions;
using LoopLM.Server.Hosting;
using LoopLM.Server.Rest;
using LoopLM.Server.Rest.Requests;
using Microsoft.AspNetCore.Routing;

namespace LoopLM.Server.Tests.About;

/// <summary>What the server says of itself is so.</summary>
public sealed partial class AboutTests
{
    [Fact]
    public async Task Get_Version_IsTheAssemblys()
    {
        await using var server = await ServerHarness.StartAsync();

        var version = JsonElement.Parse(await server.Rest.GetStringAsync("/version")).GetProperty("version").GetString();

        Assert.StartsWith(typeof(ServerApplication).Assembly.GetName().Version!.ToString(3), version, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Root_SaysWhatIsServedAndWhere()
    {
        await using var server = await ServerHarness.StartAsync();

        var about = JsonElement.Parse(await server.Rest.GetStringAsync("/"));

        Assert.Equal(("LoopLM.Server", "/openapi.json"), (about.GetProperty("name").GetString(), about.GetProperty("openapi").GetString()));
        Assert.Equal([server.ModelName], about.GetProperty("models").EnumerateArray().Select(model => model.GetString()));
        Assert.Superset(
            new HashSet<string?> { "/v1/chat/completions", "/v1/models/{id}", "/tokenize", "/health" },
            about.GetProperty("routes").EnumerateArray().Select(route => route.GetString()).ToHashSet());
    }

    [Theory]
    [InlineData("/openapi.json")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/openapi.json")]
    public async Task Get_OpenApi_IsNotSniffed(string path)
    {
        await using var server = await ServerHarness.StartAsync();

        using var response = await server.Rest.GetAsync(path);

        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task Get_OpenApi_DescribesExactlyTheRoutesThereAre()
    {
        await using var server = await ServerHarness.StartAsync();

        var document = await DocumentAsync(server);

        var described = document.GetProperty("paths").EnumerateObject().Select(path => path.Name);
        Assert.Equal(Routes.Described(server.Service<EndpointDataSource>()), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Get_OpenApi_RefersToWhatItHas()
    {
        await using var server = await ServerHarness.StartAsync();

        var document = await DocumentAsync(server);

        foreach (var reference in Reference().Matches(document.GetRawText()).Select(match => match.Groups[1].Value).Distinct())
        {
            var found = document;
            foreach (var name in reference.Split('/'))
            {
                Assert.True(found.TryGetProperty(name, out found), reference);
            }
        }
    }

    [Fact]
    public async Task Post_ExamplesOfTheDescription_AreAnswered()
    {
        await using var server = await ServerHarness.StartAsync(contextLength: 512);
        var examples =
            from path in (await DocumentAsync(server)).GetProperty("paths").EnumerateObject()
            where path.Value.TryGetProperty("post", out _)
            let content = path.Value.GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json")
            select (Path: path.Name, Body: content.GetProperty("example").GetRawText());

        foreach (var (path, body) in examples)
        {
            using var response = await server.Rest.PostAsync(path, ServerHarness.Json(body));

            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Get_OpenApi_DescribesFieldsThatAreRead()
    {
        await using var server = await ServerHarness.StartAsync();
        var schema = (await DocumentAsync(server)).GetProperty("components").GetProperty("schemas").GetProperty("GenerationFields");
        var names = schema.GetProperty("properties").EnumerateObject().Select(property => property.Name);
        var fields = new RequestFields(JsonSerializer.SerializeToElement(names.ToDictionary(name => name, _ => (string?)null)));

        GenerationFields.Read(fields);

        Assert.Empty(fields.Unknown);
    }

    private static async Task<JsonElement> DocumentAsync(ServerHarness server) =>
        JsonElement.Parse(await server.Rest.GetStringAsync("/openapi/v1.json"));

    [GeneratedRegex("\"[$]ref\": \"#/([^\"]+)\"")]
    private static partial Regex Reference();
}
