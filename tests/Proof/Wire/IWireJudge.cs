namespace TaskMesh.Proof.Wire;

/// <summary>Decides where lines to PostgreSQL are cut.</summary>
public interface IWireJudge
{
    /// <summary>Whether the line is cut before this request reaches the server.</summary>
    bool CutsBefore();

    /// <summary>Whether it is cut when the server says that it has committed: the client does not learn it.</summary>
    bool CutsCommitted();

    /// <summary>Whether it is cut when the server is ready for the next request.</summary>
    bool CutsAfter();
}
