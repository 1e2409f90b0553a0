using System.Text.Json;
using System.Text.RegularExpressions;
using LoopLM.Server.Hosting;
using LoopLM.Server.OpenAi;
using LoopLM.Server.OpenAi.Requests;
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
    public async Task Get_OpenApi_DescribesExactlyTheRoutesThereAre()
    {
        await using var server = await ServerHarness.StartAsync();

        var document = await DocumentAsync(server);

        var described = document.GetProperty("paths").EnumerateObject().Select(path => path.Name);
        var routes = server.Endpoints.Select(endpoint => endpoint.RoutePattern.RawText!.Replace("{**id}", "{id}", StringComparison.Ordinal))
            .Where(route => !GrpcRoute().IsMatch(route))
            .Distinct();
        Assert.Equal(routes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
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
    public async Task Get_OpenApi_DescribesFieldsThatAreRead()
    {
        await using var server = await ServerHarness.StartAsync();
        var schema = (await DocumentAsync(server)).GetProperty("components").GetProperty("schemas").GetProperty("GenerationFields");
        var names = schema.GetProperty("properties").EnumerateObject().Select(property => property.Name);
        var fields = new RequestFields(JsonSerializer.SerializeToElement(names.ToDictionary(name => name, _ => (string?)null)));

        GenerationFields.Read(fields);

        Assert.Empty(fields.Unknown);
    }

    private static async Task<JsonElement> DocumentAsync(ServerHarness server) => JsonElement.Parse(await server.Rest.GetStringAsync("/openapi/v1.json"));

    [GeneratedRegex("^/?(looplm|grpc)[.]")]
    private static partial Regex GrpcRoute();

    [GeneratedRegex("\"[$]ref\": \"#/([^\"]+)\"")]
    private static partial Regex Reference();
}
