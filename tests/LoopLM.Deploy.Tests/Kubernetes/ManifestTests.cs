using k8s;
using k8s.Models;

namespace LoopLM.Deploy.Tests.Kubernetes;

/// <summary>The manifests are what Kubernetes reads, and agree with each other.</summary>
public sealed class ManifestTests
{
    private static readonly Dictionary<string, Type> s_types = new()
    {
        ["apps/v1/Deployment"] = typeof(V1Deployment),
        ["v1/ConfigMap"] = typeof(V1ConfigMap),
        ["v1/Service"] = typeof(V1Service),
        ["networking.k8s.io/v1/NetworkPolicy"] = typeof(V1NetworkPolicy),
        ["policy/v1/PodDisruptionBudget"] = typeof(V1PodDisruptionBudget),
        ["monitoring.coreos.com/v1/PodMonitor"] = typeof(PodMonitor),
        ["keda.sh/v1alpha1/ScaledObject"] = typeof(ScaledObject),
        ["inference.networking.k8s.io/v1/InferencePool"] = typeof(InferencePool),
        ["gateway.networking.k8s.io/v1/HTTPRoute"] = typeof(HttpRoute),
    };

    private static readonly string[] s_noResources = ["kustomization.yaml", "endpoint-picker.yaml"];

    public static TheoryData<string> Manifests =>
    [
        .. Directory.EnumerateFiles(DeployFolder.PathOf("kubernetes")).Select(path => Path.GetFileName(path)).Except(s_noResources),
    ];

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Manifest_ReadStrictly_HasNoUnknownMembers(string file)
    {
        var manifest = Read(DeployFolder.Read("kubernetes", file));

        Assert.Equal("looplm", manifest.Metadata.Name);
        Assert.Contains($"  - {file}\n", DeployFolder.Read("kubernetes", "kustomization.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kustomize_OfTheFolder_GivesEveryManifestAndTheEndpointPickersConfiguration()
    {
        var (exitCode, output) = await ExternalProgram.RunAsync("kubectl", "", "kustomize", DeployFolder.PathOf("kubernetes"));
        Assert.True(exitCode == 0, output);

        var built = output.Split("\n---\n").Select(Read).ToList();

        Assert.Equal(Manifests.Count + 1, built.Count);
        Assert.All(built, each => Assert.Equal("looplm", each.Metadata.NamespaceProperty));
        var image = Assert.Single(built.OfType<V1Deployment>().Single().Spec.Template.Spec.Containers).Image;
        Assert.Equal($"looplm:{typeof(Engine.Execution.EngineCore).Assembly.GetName().Version!.ToString(3)}", image);
        Assert.Contains("endpoint-picker.yaml", built.OfType<V1ConfigMap>().Single().Data.Keys);
    }

    [Fact]
    public void Manifests_ThatNamePodsAndPorts_MeanTheDeployments()
    {
        var deployment = (V1Deployment)Read(DeployFolder.Read("kubernetes", "deployment.yaml"));
        var (pod, labels) = (deployment.Spec.Template.Spec, deployment.Spec.Template.Metadata.Labels);
        var ports = pod.Containers.Single().Ports.ToDictionary(port => port.Name, port => port.ContainerPort);
        var service = (V1Service)Read(DeployFolder.Read("kubernetes", "service.yaml"));
        var policy = (V1NetworkPolicy)Read(DeployFolder.Read("kubernetes", "networkpolicy.yaml"));
        var budget = (V1PodDisruptionBudget)Read(DeployFolder.Read("kubernetes", "poddisruptionbudget.yaml"));
        var monitor = (PodMonitor)Read(DeployFolder.Read("kubernetes", "podmonitor.yaml"));
        var pool = (InferencePool)Read(DeployFolder.Read("kubernetes", "inferencepool.yaml"));
        var scaled = (ScaledObject)Read(DeployFolder.Read("kubernetes", "scaledobject.yaml"));

        Assert.Equal((8080, 8081), (ports["http"], ports["grpc"]));
        Assert.All(
            [
                deployment.Spec.Selector.MatchLabels, service.Spec.Selector,
                policy.Spec.PodSelector.MatchLabels, budget.Spec.Selector.MatchLabels,
                monitor.Spec!.Selector!.MatchLabels, pool.Spec!.Selector!.MatchLabels,
            ],
            selector => Assert.Subset(labels.ToHashSet(), selector.ToHashSet()));
        Assert.All(service.Spec.Ports, port => Assert.True(ports.ContainsKey(port.TargetPort.Value)));
        Assert.All(policy.Spec.Ingress.Single().Ports, port => Assert.True(ports.ContainsKey(port.Port.Value)));
        Assert.Equal(ports["http"], Assert.Single(pool.Spec.TargetPorts!).Number);
        Assert.Equal("http", Assert.Single(monitor.Spec.PodMetricsEndpoints!).Port);
        Assert.Equal(deployment.Metadata.Name, scaled.Spec!.ScaleTargetRef!.Name);
    }

    [Fact]
    public void Deployment_OfTheServer_GivesItTimeToDrainAndNoRights()
    {
        var pod = ((V1Deployment)Read(DeployFolder.Read("kubernetes", "deployment.yaml"))).Spec.Template.Spec;
        var container = pod.Containers.Single();

        var drain = new Server.Configuration.LimitOptions().DrainTimeout.TotalSeconds + container.Lifecycle.PreStop.Sleep.Seconds;
        Assert.InRange(pod.TerminationGracePeriodSeconds!.Value, drain + 5, drain + 30);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.False(pod.AutomountServiceAccountToken);
    }

    private static IKubernetesObject<V1ObjectMeta> Read(string yaml)
    {
        var header = KubernetesYaml.Deserialize<KubernetesObject>(yaml);
        var type = s_types[$"{header.ApiVersion}/{header.Kind}"];
        var read = typeof(KubernetesYaml).GetMethods()
            .Single(
                method => method is { Name: nameof(KubernetesYaml.Deserialize), IsGenericMethod: true }
                    && method.GetParameters()[0].ParameterType == typeof(string))
            .MakeGenericMethod(type);
        return (IKubernetesObject<V1ObjectMeta>)read.Invoke(null, [yaml, true])!;
    }
}
