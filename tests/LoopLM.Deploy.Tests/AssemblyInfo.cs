// Two servers and a Prometheus at once are more than a small machine has.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
