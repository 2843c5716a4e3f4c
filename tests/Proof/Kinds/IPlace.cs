using TaskMesh.Core.Contract;

namespace TaskMesh.Proof.Kinds;

/// <summary>Where a step runs.</summary>
internal interface IPlace
{
    static abstract string Kind { get; }

    static abstract WorkerRequirements Requirements { get; }
}
