namespace LoopLM.Deploy.Tests.Monitoring;

/// <summary>The alerts fire when they should.</summary>
public sealed class AlertTests
{
    [Fact]
    public async Task Alerts_ByTheirOwnTests_FireWhenTheyShould()
    {
        var tests = DeployFolder.PathOf("prometheus", "alerts.test.yaml");

        var (exitCode, output) = await ExternalProgram.RunAsync("promtool", "", "test", "rules", tests);

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public void Alerts_EveryOne_IsSeenToFireAndNotToFire()
    {
        var tests = DeployFolder.Read("prometheus", "alerts.test.yaml").Split("alertname: ").Skip(1).ToLookup(
            test => test.Split('\n')[0], test => test.Split("eval_time")[0].Contains("exp_alerts", StringComparison.Ordinal));

        Assert.All(Queries.Alerts.Groups.SelectMany(group => group.Rules), rule => Assert.Contains(true, tests[rule.Alert]));
    }
}
