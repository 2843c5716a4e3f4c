namespace TaskMesh.Postgres.Manager;

/// <summary>Rows of a statement that travels with a later one: there once that one, or the commit, has been carried out.</summary>
public sealed class Later<T>
{
    private List<T>? _rows;

    internal Later()
    {
    }

    internal bool IsHere => _rows is not null;

    public IReadOnlyList<T> Rows => _rows ?? throw new InvalidOperationException("The statement has not been carried out yet.");

    internal List<T> Fill() => _rows = [];
}
