using LoopLM.Engine.Runners;

namespace LoopLM.Engine.Tests.Runners;

/// <summary>How much memory there is, by the files of Linux.</summary>
public sealed class HostMemoryTests : IDisposable
{
    private const long Gibibyte = 1L << 30;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("looplm-host-");

    public HostMemoryTests() =>
        Write("proc/meminfo", "MemTotal:       16777216 kB\nMemFree:         1048576 kB\nMemAvailable:    8388608 kB\n");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Read_NoGroups_IsThatOfTheMachine() =>
        Assert.Equal(new HostMemory(16 * Gibibyte, 8 * Gibibyte), HostMemory.Read(_root.FullName));

    [Fact]
    public void Read_LimitOfVersion2_CountsTheCacheAsFree()
    {
        Write("proc/self/cgroup", "0::/\n");
        Write("sys/fs/cgroup/memory.max", $"{4 * Gibibyte}\n");
        Write("sys/fs/cgroup/memory.current", $"{3 * Gibibyte}\n");
        Write("sys/fs/cgroup/memory.stat", $"anon {Gibibyte}\ninactive_file {2 * Gibibyte}\n");

        Assert.Equal(new HostMemory(4 * Gibibyte, 3 * Gibibyte), HostMemory.Read(_root.FullName));
    }

    [Fact]
    public void Read_LimitOfAGroupAroundIt_Holds()
    {
        Write("proc/self/cgroup", "0::/pod/container\n");
        Write("sys/fs/cgroup/pod/container/memory.max", "max\n");
        Write("sys/fs/cgroup/pod/memory.max", $"{2 * Gibibyte}\n");
        Write("sys/fs/cgroup/pod/memory.current", $"{Gibibyte}\n");

        Assert.Equal(new HostMemory(2 * Gibibyte, Gibibyte), HostMemory.Read(_root.FullName));
    }

    [Fact]
    public void Read_LimitOfVersion1_IsThatOfTheMemoryController()
    {
        Write("proc/self/cgroup", "3:cpuset:/else\n4:memory:/group\n0::/\n");
        Write("sys/fs/cgroup/memory/group/memory.limit_in_bytes", $"{Gibibyte}\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        Write("sys/fs/cgroup/memory/group/memory.usage_in_bytes", "0\n");

        Assert.Equal(new HostMemory(Gibibyte, Gibibyte), HostMemory.Read(_root.FullName));
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
