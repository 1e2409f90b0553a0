using k8s;
using k8s.Models;

namespace LoopLM.Deploy.Tests.Kubernetes;

// The members of resources of others that the manifests use, by the published schemas. A member that is not here is refused.

internal sealed class PodMonitor : CustomResource<PodMonitorSpec>;

internal sealed class PodMonitorSpec
{
    public string? JobLabel { get; set; }

    public V1LabelSelector? Selector { get; set; }

    public List<PodMetricsEndpoint>? PodMetricsEndpoints { get; set; }
}

internal sealed class PodMetricsEndpoint
{
    public string? Port { get; set; }

    public string? Path { get; set; }

    public string? Interval { get; set; }
}

internal sealed class ScaledObject : CustomResource<ScaledObjectSpec>;

internal sealed class ScaledObjectSpec
{
    public NamedReference? ScaleTargetRef { get; set; }

    public int MinReplicaCount { get; set; }

    public int MaxReplicaCount { get; set; }

    public int PollingInterval { get; set; }

    public int CooldownPeriod { get; set; }

    public List<ScaleTrigger>? Triggers { get; set; }
}

internal sealed class ScaleTrigger
{
    public string? Type { get; set; }

    public PrometheusTrigger? Metadata { get; set; }
}

internal sealed class PrometheusTrigger
{
    public string? ServerAddress { get; set; }

    public string? Query { get; set; }

    public string? Threshold { get; set; }
}

internal sealed class InferencePool : CustomResource<InferencePoolSpec>;

internal sealed class InferencePoolSpec
{
    public V1LabelSelector? Selector { get; set; }

    public List<PortNumber>? TargetPorts { get; set; }

    public EndpointPickerReference? EndpointPickerRef { get; set; }
}

internal sealed class EndpointPickerReference
{
    public string? Name { get; set; }

    public PortNumber? Port { get; set; }

    public string? FailureMode { get; set; }
}

internal sealed class PortNumber
{
    public int Number { get; set; }
}

internal sealed class HttpRoute : CustomResource<HttpRouteSpec>;

internal sealed class HttpRouteSpec
{
    public List<NamedReference>? ParentRefs { get; set; }

    public List<HttpRouteRule>? Rules { get; set; }
}

internal sealed class HttpRouteRule
{
    public List<HttpRouteMatch>? Matches { get; set; }

    public List<NamedReference>? BackendRefs { get; set; }

    public Dictionary<string, string>? Timeouts { get; set; }
}

internal sealed class HttpRouteMatch
{
    public HttpPathMatch? Path { get; set; }
}

internal sealed class HttpPathMatch
{
    public string? Type { get; set; }

    public string? Value { get; set; }
}

internal sealed class NamedReference
{
    public string? Group { get; set; }

    public string? Kind { get; set; }

    public string? Name { get; set; }
}

internal abstract class CustomResource<TSpec> : KubernetesObject, IKubernetesObject<V1ObjectMeta>
{
    public V1ObjectMeta Metadata { get; set; } = new();

    public TSpec? Spec { get; set; }
}
