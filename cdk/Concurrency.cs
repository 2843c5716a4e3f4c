namespace TaskMesh.Cdk;

/// <summary>
/// How many of each function may run at once; reserved, so that no other function of the account takes it. A Manager holds up to 4 connections to the
/// database and an Internal worker 2: together with the bare-metal workers' that stays below what the smallest database takes.
/// </summary>
public static class Concurrency
{
    public const int Manager = 12;

    /// <summary>Of the Manager's, for the control queue: what steers never waits behind work.</summary>
    public const int Control = 2;

    public const int External = 50;

    public const int Internal = 20;
}
