using TaskMesh.Aws;
using TaskMesh.Core.Planning;

namespace TaskMesh.Cli.Health;

/// <summary>Whether EC2 would launch what the Manager is going to ask for.</summary>
/// <param name="isManager">Whether whoever asks is to EC2 what the Manager is, so that what it may not, the Manager may not either.</param>
internal sealed class LaunchCheck(MeshRules rules, LaunchFacts facts, bool isManager)
{
    private const string Subnets = "BARE_METAL_WORKER_SUBNETS";
    private const string Types = "TASKMESH_MANAGER_INSTANCE_TYPES";
    private const string Template = "TASKMESH_MANAGER_LAUNCH_TEMPLATE";

    public IEnumerable<Diagnosis> Run() => new[] { OfTemplate(), OfImage(), OfTypes(), OfSubnets(), OfLaunch() }.OfType<Diagnosis>();

    private Diagnosis? OfTemplate()
    {
        const string check = "launch-template";
        var (name, version) = (rules.LaunchTemplate, rules.LaunchTemplateVersion);
        return facts switch
        {
            { Template: { InstanceType: { } own } } when own != rules.TemplateType => Diagnosis.Warn(
                check,
                $"The launch template's own type is {own}, and the Manager counts on {rules.TemplateType}.",
                $"set TASKMESH_MANAGER_TEMPLATE_TYPE of the Manager to {own}"),
            { Template: { } found } => Diagnosis.Ok(
                check, $"{name}, version {found.Number} ({version}): image {found.Image}, type {found.InstanceType}."),
            _ when RefusalTo(LaunchQuestion.Template) is { IsAnswer: false } refusal => Unanswered(check, refusal),
            _ when RefusalTo(LaunchQuestion.Template)?.Code?.EndsWith("VersionNotFound", StringComparison.Ordinal) == true => Diagnosis.Fail(
                check,
                $"The launch template '{name}' has no version {version}.",
                $"set {Template}_VERSION of the Manager to one that it has, or to $Latest"),
            _ => Diagnosis.Fail(
                check, $"EC2 has no launch template '{name}'.", $"deploy again, or set {Template} of the Manager to one that exists"),
        };
    }

    private Diagnosis? OfImage()
    {
        const string check = "image";
        const string fix = "give the launch template a version with an image that exists";
        return facts switch
        {
            { Template: null } => null,
            { Template.Image: null } => Diagnosis.Fail(check, "The launch template names no image.", fix),
            { Architecture: { } architecture } => Diagnosis.Ok(check, $"The image {facts.Template.Image} is for {architecture}."),
            _ when RefusalTo(LaunchQuestion.Image) is { IsAnswer: false } refusal => Unanswered(check, refusal),
            _ => Diagnosis.Fail(check, $"The launch template's image {facts.Template.Image} does not exist.", fix),
        };
    }

    private Diagnosis? OfTypes()
    {
        const string check = "instance-types";
        if (RefusalTo(LaunchQuestion.Types) is { } refusal)
            return Unanswered(check, refusal);
        if (facts.Types is not { } known)
            return null;
        var asked = rules.Cells.Select(cell => cell.Cell.InstanceType ?? facts.Template?.InstanceType).OfType<string>().Distinct().ToArray();
        if (asked.Where(type => !known.ContainsKey(type)).ToArray() is { Length: > 0 } unknown)
            return Diagnosis.Fail(check, $"EC2 has no instance type {List(unknown)} in this region.", $"correct {Types} of the Manager");
        var others = facts.Architecture is { } wanted ? asked.Where(type => !known[type].Contains(wanted)).ToArray() : [];
        return others.Length == 0
            ? Diagnosis.Ok(check, $"EC2 has {List(asked)}{(facts.Architecture is { } all ? $", all for {all}" : "")}.")
            : Diagnosis.Fail(
                check,
                $"{List(others)} {(others.Length > 1 ? "are" : "is")} for {List(known[others[0]])}, "
                    + $"and the image {facts.Template!.Image} is for {facts.Architecture}.",
                $"correct {Types} and TASKMESH_MANAGER_IMAGE_ARCHITECTURE of the Manager, or give the launch template another image");
    }

    private Diagnosis? OfSubnets()
    {
        const string check = "subnets";
        if (RefusalTo(LaunchQuestion.Subnets) is { } refusal)
            return Unanswered(check, refusal);
        if (facts.Subnets is not { } known)
            return null;
        var asked = rules.Cells.Select(cell => cell.Cell.Subnet).OfType<string>().Distinct().ToArray();
        if (asked.Where(subnet => !known.ContainsKey(subnet)).ToArray() is { Length: > 0 } unknown)
            return Diagnosis.Fail(check, $"EC2 has no subnet {List(unknown)}.", $"correct {Subnets} of the Manager");
        if (asked.Where(subnet => known[subnet] == 0).ToArray() is { Length: > 0 } full)
            return Diagnosis.Warn(check, $"No address is free in {List(full)}.", $"give {Subnets} of the Manager another subnet");
        return asked.Length == 0
            ? Diagnosis.Ok(check, $"Workers are launched where the launch template says, since {Subnets} is not set.")
            : Diagnosis.Ok(check, $"EC2 has {List(asked)}, each with free addresses.");
    }

    private Diagnosis? OfLaunch()
    {
        const string check = "launch";
        if (facts.Rehearsed is not { } cell)
            return null;
        return RefusalTo(LaunchQuestion.Launch) switch
        {
            null => Diagnosis.Ok(check, $"EC2 would allow a launch of {cell}; of capacity and quotas it says nothing."),
            var refusal when AwsRefusal.Of(refusal.Code, refusal.Message) is { } denied => new(
                check,
                isManager ? Verdict.Fail : Verdict.Warn,
                $"EC2 would not launch {cell} for whoever runs this: {denied.Evidence}.",
                "see that the Manager's role has this right (docs/deploy.md); what it was told itself says `taskmesh fleet`"),
            var refusal => Diagnosis.Fail(
                check, $"EC2 would not launch {cell}: {refusal}", "mend what EC2 names: docs/operations.md"),
        };
    }

    private Ec2Refusal? RefusalTo(LaunchQuestion question) => facts.Refusals.GetValueOrDefault(question);

    private static Diagnosis Unanswered(string check, Ec2Refusal refusal) => AwsRefusal.Of(refusal.Code, refusal.Message) switch
    {
        { IsPermission: true } denied => Diagnosis.Warn(
            check,
            $"{denied.Evidence}.",
            "grant ec2:DescribeLaunchTemplateVersions, ec2:DescribeImages, ec2:DescribeInstanceTypes and ec2:DescribeSubnets to whoever runs this"),
        { } unknown => Diagnosis.Fail(check, $"{unknown.Evidence}.", unknown.Fix),
        _ => Diagnosis.Fail(check, $"EC2 does not answer: {refusal}", "check AWS_ENDPOINT_URL, AWS_REGION and the network"),
    };

    private static string List(IEnumerable<string> names) => string.Join(", ", names);
}
