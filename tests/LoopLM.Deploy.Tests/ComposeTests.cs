using System.Text.RegularExpressions;

namespace LoopLM.Deploy.Tests;

/// <summary>What <c>deploy/compose.yaml</c> mounts is there, and images are pinned.</summary>
public sealed partial class ComposeTests
{
    [Fact]
    public void Compose_EveryMount_Exists()
    {
        var mounts = Mount().Matches(DeployFolder.Read("compose.yaml")).Select(mount => mount.Groups["path"].Value).ToList();

        Assert.Equal(5, mounts.Count);
        Assert.All(mounts, path => Assert.True(Path.Exists(DeployFolder.PathOf(path)), path));
    }

    [Fact]
    public void Compose_EveryImage_HasAVersion()
    {
        var images = Image().Matches(DeployFolder.Read("compose.yaml")).Select(image => image.Groups["tag"].Value).ToList();

        Assert.Equal(3, images.Count);
        Assert.All(images, tag => Assert.Matches(@"^v?\d+\.\d+\.\d+$", tag));
    }

    [GeneratedRegex(@"- \./(?<path>[^:]+):")]
    private static partial Regex Mount();

    [GeneratedRegex(@"image: [\w./-]+:(?<tag>\S+)")]
    private static partial Regex Image();
}
