using TaskMesh.Core.Fleet;

namespace TaskMesh.Aws;

/// <summary>What EC2 tells, before any launch, about what a Manager will ask it for.</summary>
/// <param name="Template">The version of the launch template that a launch takes; null if EC2 did not tell.</param>
/// <param name="Architecture">Of the image, in EC2's words: arm64 or x86_64; null if EC2 did not tell.</param>
/// <param name="Types">Those that EC2 has, with the architectures that each is for; null if EC2 did not tell.</param>
/// <param name="Subnets">Those that EC2 has, with the free addresses of each; null if EC2 did not tell.</param>
/// <param name="Rehearsed">What a launch was rehearsed of; null where something else is wrong with every cell.</param>
/// <param name="Refusals">What EC2 said instead of an answer.</param>
public sealed record LaunchFacts(
    TemplateVersion? Template,
    string? Architecture,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Types,
    IReadOnlyDictionary<string, int>? Subnets,
    LaunchCell? Rehearsed,
    IReadOnlyDictionary<LaunchQuestion, Ec2Refusal> Refusals);

/// <param name="Image">Null where it names none, and so for the type.</param>
public sealed record TemplateVersion(long Number, string? Image, string? InstanceType);

/// <param name="Code">EC2's; null where it did not answer at all.</param>
public sealed record Ec2Refusal(string? Code, string Message)
{
    /// <summary>Whether the answer is about what was asked for, and not about who asks: then other questions are of use yet.</summary>
    public bool IsAnswer => Code is not null && Ec2Errors.ClassOf(Code) == RefusalClass.Configuration;

    public override string ToString() => Code is null ? Message : $"{Code}: {Message}";
}

public enum LaunchQuestion
{
    Template,
    Image,
    Types,
    Subnets,
    Launch,
}
