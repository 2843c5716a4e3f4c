namespace TaskMesh.Core.Fleet;

/// <summary>What a cell of the matrix was told, and how long ago.</summary>
public sealed record CellRefusal(LaunchCell Cell, RefusalClass Class, string Code, TimeSpan Age);
