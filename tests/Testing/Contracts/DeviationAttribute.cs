namespace TaskMesh.Testing.Contracts;

/// <summary>A sentence that this implementation does not keep; the suite reports it as skipped.</summary>
/// <param name="sentence">The name of the suite's method.</param>
/// <param name="instead">What the implementation does.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class DeviationAttribute(string sentence, string instead) : Attribute
{
    public string Sentence => sentence;

    public string Instead => instead;
}
