namespace TaskMesh.Core.Metrics;

/// <summary>A figure that hosts tell. Each combination of dimensions costs money: names of a few things, never ids.</summary>
/// <param name="Meaning">What it counts, for people.</param>
/// <param name="Dimensions">What tells its values apart, besides the stage.</param>
public sealed record Metric(string Name, MetricUnit Unit, string Meaning, params string[] Dimensions);
