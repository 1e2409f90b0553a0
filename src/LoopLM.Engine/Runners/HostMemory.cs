using System.Globalization;

namespace LoopLM.Engine.Runners;

/// <summary>The memory of the machine, or of the container where that has a limit.</summary>
/// <param name="Total">Bytes that there are.</param>
/// <param name="Available">Bytes that nobody uses, or that the system can take back, now.</param>
public readonly record struct HostMemory(long Total, long Available)
{
    /// <summary>
    /// Reads it: on Linux from /proc and the control groups of this process, of version 1 and 2; elsewhere the runtime says what there is.
    /// </summary>
    /// <param name="root">Where those folders are.</param>
    public static HostMemory Read(string root = "/")
    {
        if (Fields(Path.Combine(root, "proc/meminfo")) is not { } machine || !machine.TryGetValue("MemTotal:", out var total))
        {
            var known = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
            return new(known, known);
        }

        const int Kibibyte = 1 << 10;
        var memory = new HostMemory(total * Kibibyte, machine.GetValueOrDefault("MemAvailable:", total) * Kibibyte);
        foreach (var (folder, limitFile, usageFile, cacheField) in Groups(root))
        {
            if (Number(Path.Combine(folder, limitFile)) is { } limit && limit < memory.Total)
            {
                var cache = Fields(Path.Combine(folder, "memory.stat"))?.GetValueOrDefault(cacheField) ?? 0;
                var used = (Number(Path.Combine(folder, usageFile)) ?? 0) - cache;
                memory = new(limit, Math.Min(memory.Available, Math.Max(0, limit - used)));
            }
        }

        return memory;
    }

    /// <summary>The folders of this process's groups that limit memory, and of those around them: the narrowest limit holds.</summary>
    private static IEnumerable<(string Folder, string Limit, string Usage, string Cache)> Groups(string root)
    {
        foreach (var line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            // Number of the hierarchy, its controllers, the group. Version 2 names no controllers.
            if (line.Split(':', 3) is not [_, var controllers, var group]
                || (controllers.Length > 0 && !controllers.Split(',').Contains("memory")))
            {
                continue;
            }

            var (hierarchy, limit, usage, cache) = controllers.Length == 0
                ? ("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file")
                : ("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
            for (var path = group.Trim('/'); ; path = Path.GetDirectoryName(path) ?? "")
            {
                yield return (Path.Combine(root, hierarchy, path), limit, usage, cache);
                if (path.Length == 0)
                {
                    break;
                }
            }
        }
    }

    /// <summary>The first two words of every line of a file: a name and a number; null where it cannot be read.</summary>
    private static Dictionary<string, long>? Fields(string path)
    {
        var fields = new Dictionary<string, long>();
        foreach (var line in Lines(path))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, var value, ..] && Parse(value) is { } number)
            {
                fields[name] = number;
            }
        }

        return fields.Count == 0 ? null : fields;
    }

    /// <summary>The number that a file holds; null where it holds none, as where there is no limit.</summary>
    private static long? Number(string path) => Lines(path) is [var text, ..] ? Parse(text) : null;

    private static long? Parse(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
