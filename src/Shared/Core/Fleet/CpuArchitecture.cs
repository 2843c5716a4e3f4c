namespace TaskMesh.Core.Fleet;

/// <summary>Of a machine and of the image that it boots: they must be the same.</summary>
public enum CpuArchitecture
{
    Arm64,
    X64,
}
