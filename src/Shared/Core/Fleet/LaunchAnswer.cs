namespace TaskMesh.Core.Fleet;

/// <summary>One cell of the launch matrix: what one RunInstances call asks for.</summary>
/// <param name="Token">EC2's ClientToken: at most 64 ASCII characters; the same token is the same launch.</param>
/// <param name="TemplateVersion">A number, "$Latest" or "$Default".</param>
/// <param name="InstanceType">Null takes the launch template's.</param>
/// <param name="Subnet">Null takes the launch template's.</param>
public sealed record LaunchRequest(
    string Token,
    string Template,
    string TemplateVersion,
    string? InstanceType,
    string? Subnet,
    IReadOnlyDictionary<string, string> Tags,
    Market Market = Market.OnDemand)
{
    public LaunchCell Cell => new(InstanceType, Subnet, Market);
}

/// <summary>What the cloud said to a launch request.</summary>
public abstract record LaunchAnswer
{
    private LaunchAnswer()
    {
    }

    public sealed record Launched(FleetInstance Instance) : LaunchAnswer;

    /// <summary>A definite no, with the cloud's own error code.</summary>
    public sealed record Refused(string Code, string Message, string? RequestId, RefusalClass Class = RefusalClass.Unlisted) : LaunchAnswer;

    /// <summary>Timed out, cut or a server error: an instance may exist. Only the same request with the same token can tell.</summary>
    public sealed record Unknown(string Reason) : LaunchAnswer;
}

/// <param name="NeverLived">Whether it ended before its worker reported.</param>
public sealed record GoneInstance(string Id, bool NeverLived);

/// <param name="State">EC2's state name: pending, running, shutting-down, stopping, stopped, terminated.</param>
public sealed record FleetInstance(
    string Id, string State, string InstanceType, string? Zone, DateTimeOffset LaunchedAt, IReadOnlyDictionary<string, string> Tags)
{
    public bool HasEnded => State == "terminated";

    /// <summary>Which version of its launch template it was made from, as EC2 notes on it.</summary>
    public string? TemplateVersion => Tags.GetValueOrDefault("aws:ec2launchtemplate:version");
}
