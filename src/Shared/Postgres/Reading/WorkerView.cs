namespace TaskMesh.Postgres.Reading;

/// <summary>A worker that polls its queue. Those that are functions have none: AWS starts and ends them.</summary>
public sealed record WorkerView(
    string Id,
    string Pool,
    string Class,
    string State,
    string Version,
    int Parallelism,
    DateTime StartedAt,
    DateTime LastSeen,
    int Running);
