namespace TaskMesh.Cdk;

/// <summary>What the context (<c>-c name=value</c>, or "context" in cdk.json) says about a stage.</summary>
/// <param name="Pools">Beside the default ones; each gets a queue.</param>
/// <param name="MonthlyBudget">In US dollars; at 80 % of it AWS writes to <paramref name="Email"/>.</param>
/// <param name="Email">Gets alarms; null tells nobody.</param>
/// <param name="ProviderKeys">The secret with TASKMESH_EXTERNAL_KEYS; null if the providers need no keys.</param>
/// <param name="IsTemporary">Whether the database may be deleted with its stage.</param>
public sealed record MeshOptions(
    MeshStage Stage,
    DatabaseKind Database,
    IReadOnlyList<PoolOptions> Pools,
    FleetOptions Fleet,
    int MonthlyBudget,
    string? Email,
    bool IsTemporary,
    string? ProviderKeys = null)
{
    private const int DefaultBudget = 200;

    private const int MostBudget = 1_000_000;

    /// <param name="context">What a name stands for; null if nothing.</param>
    /// <exception cref="MeshOptionsException">Names every value that is wrong.</exception>
    public static MeshOptions Read(Func<string, object?> context)
    {
        var reader = new ContextReader(context);
        var options = new MeshOptions(
            reader.Stage("stage"),
            reader.OneOf("database", DatabaseKind.Aurora),
            reader.Pools("pools"),
            FleetOptions.Read(reader),
            reader.Number("monthlyBudget", DefaultBudget, 1, MostBudget),
            reader.Email("email"),
            reader.Flag("temporary"),
            reader.SecretArn("providerKeys"));
        reader.ThrowIfWrong();
        return options;
    }
}
