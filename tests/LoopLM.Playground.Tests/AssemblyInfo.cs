// Meters are found by name in the whole process, so that two servers at once would count into one scrape.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(LoopLM.Playground.Tests.Chromium))]
