using TaskMesh.Core.Scope;

namespace TaskMesh.Postgres.Reading;

/// <param name="Migrations">Those that the database has.</param>
/// <param name="ClockOffset">By how much the database's clock is ahead of this machine's.</param>
/// <param name="SweptAgo">When a Manager last looked after time; null if none ever has.</param>
/// <param name="Organisations">With their scopes; null if one has none.</param>
public sealed record HealthView(
    IReadOnlyList<string> Migrations,
    string Version,
    TimeSpan ClockOffset,
    TimeSpan? SweptAgo,
    bool KillSwitch,
    IReadOnlyList<(string Organisation, ScanScope? Scope)> Organisations);
