using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests;

/// <summary>One role for each host, and what each may not do. The whole of it is the table in docs/deploy.md.</summary>
public class GrantsTests
{
    private static readonly (string Host, string Prefix)[] Hosts =
    [
        ("Manager", "FunctionsmanagerRole"),
        ("External", "FunctionsexternalRole"),
        ("Internal", "FunctionsinternalRole"),
        ("Bare metal", "BareMetalFleetRole"),
        ("Migrations", "MigrationsmigrationsRole"),
        ("Operator", "OperatorRights"),
    ];

    /// <summary>Rights that AWS knows in no narrower form.</summary>
    private static readonly string[] OnlyOnEverything =
    [
        "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeImages",
        "ec2:DescribeInstanceTypes", "ec2:DescribeInstances", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses", "logs:GetQueryResults",
    ];

    [NodeFact]
    public void The_rights_of_each_role_are_the_approved_ones() => Snapshot.Match(string.Join(
        "\n\n",
        Hosts.Select(host => $"{host.Host}\n{string.Join('\n', Of(host.Prefix).Select(right => $"  {right}").Order(StringComparer.Ordinal))}")));

    [NodeFact]
    public void Every_policy_of_the_template_is_one_of_these() => Assert.Equal(
        Hosts.Length,
        SynthesisedMesh.Dev.All("AWS::IAM::Policy").Count + SynthesisedMesh.Dev.All("AWS::IAM::ManagedPolicy").Count);

    [NodeFact]
    public void Nothing_is_allowed_on_everything_but_what_cannot_be_narrower()
    {
        var wide = Hosts.SelectMany(host => Of(host.Prefix)).Where(right => right.Resources.Contains("*"));

        Assert.Equal(OnlyOnEverything, wide.Select(right => right.Action).Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Hosts.SelectMany(host => Of(host.Prefix)), right => right.Action.Contains('*', StringComparison.Ordinal));
    }

    [NodeFact]
    public void Only_the_manager_launches_and_only_with_our_template_in_our_subnets()
    {
        var launching = Of("FunctionsmanagerRole").Where(right => right.Action == "ec2:RunInstances").ToArray();

        // An id that does not exist yet cannot be named: there the condition narrows.
        Assert.All(launching.Where(right => right.Resources.Any(resource => resource.EndsWith("/*", StringComparison.Ordinal))), right => Assert.True(
            right.Condition.Contains("\"ec2:LaunchTemplate\"", StringComparison.Ordinal)
            || right.Condition.Contains("\"ec2:IsLaunchTemplateResource\"", StringComparison.Ordinal)));
        var resources = launching.SelectMany(right => right.Resources).ToArray();
        Assert.DoesNotContain(resources, resource => resource is "*" || resource.EndsWith("subnet/*", StringComparison.Ordinal));
        Assert.Equal(3, resources.Count(resource => resource.Contains(":subnet/{NetworkVpcpublic", StringComparison.Ordinal)));
        Assert.Contains(launching, right => right.Condition.Contains("t4g.micro", StringComparison.Ordinal));
        Assert.DoesNotContain(Others("Manager"), right => right.Action.StartsWith("ec2:RunInstances", StringComparison.Ordinal));
    }

    [NodeFact]
    public void Only_the_manager_passes_a_role_which_is_the_workers_and_to_ec2_only()
    {
        var passing = Assert.Single(Of("FunctionsmanagerRole"), right => right.Action == "iam:PassRole");

        Assert.StartsWith("{BareMetalFleetRole", Assert.Single(passing.Resources), StringComparison.Ordinal);
        Assert.Contains("ec2.amazonaws.com", passing.Condition, StringComparison.Ordinal);
        Assert.DoesNotContain(Others("Manager"), right => right.Action == "iam:PassRole");
    }

    [NodeFact]
    public void The_manager_ends_only_what_bears_its_stages_tag_and_tags_only_what_it_launches()
    {
        var rights = Of("FunctionsmanagerRole");

        const string own = "\"ec2:ResourceTag/mesh\":\"taskmesh-dev-bare-metal-worker\"";
        Assert.Contains(own, Condition(rights, "ec2:TerminateInstances"), StringComparison.Ordinal);
        Assert.Contains("\"ec2:CreateAction\":\"RunInstances\"", Condition(rights, "ec2:CreateTags"), StringComparison.Ordinal);
    }

    [NodeFact]
    public void Each_host_signs_in_as_its_own_role_and_external_as_none()
    {
        var expected = new[] { "tm_manager", null, "tm_internal", "tm_worker", null, "tm_reader" };

        Assert.Equal(expected, Hosts.Select(host =>
            Of(host.Prefix).SingleOrDefault(right => right.Action == "rds-db:connect")?.Resources.Single().Split('/')[^1]));
    }

    [NodeFact]
    public void External_has_no_network_of_ours_no_database_and_no_ec2()
    {
        var external = SynthesisedMesh.Dev.Only("AWS::Lambda::Function", "Functionsexternal");

        Assert.False(external.TryGetProperty("VpcConfig", out _));
        Assert.DoesNotContain("TASKMESH_DATABASE", external.GetProperty("Environment").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Of("FunctionsexternalRole"), right => right.Action.StartsWith("ec2:", StringComparison.Ordinal));
    }

    [NodeFact]
    public void External_reads_the_keys_of_its_providers_where_it_was_given_a_secret()
    {
        const string arn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:keys-AbCdEf";
        var given = SynthesisedMesh.With(("providerKeys", arn));

        Assert.Equal([arn], Assert.Single(
            Rights.Of(given, "FunctionsexternalRole"), right => right.Action == "secretsmanager:GetSecretValue").Resources);
        Assert.DoesNotContain(Of("FunctionsexternalRole"), right => right.Action.StartsWith("secretsmanager:", StringComparison.Ordinal));
    }

    [NodeFact]
    public void Workers_and_functions_can_hold_their_messages_and_take_from_no_other_queue()
    {
        Assert.Equal(["{Queuesexternal5C315FD4}"], Consumed("FunctionsexternalRole"));
        Assert.Equal(["{QueuesinternalA254FA88}"], Consumed("FunctionsinternalRole"));
        Assert.Equal(["{QueuesbaremetalCFA86834}"], Consumed("BareMetalFleetRole"));
        Assert.Equal(["{Queuescontrol4C13F149}", "{Queuesmanager1F4921E5}"], Consumed("FunctionsmanagerRole"));
        foreach (var (_, prefix) in Hosts[..4])
            Assert.Equal(Consumed(prefix), ResourcesOf(prefix, "sqs:ChangeMessageVisibility"));
    }

    [NodeFact]
    public void Nobody_may_change_the_launch_template() => Assert.DoesNotContain(
        Hosts.SelectMany(host => Of(host.Prefix)), right => right.Action.Contains("LaunchTemplate", StringComparison.Ordinal)
            && !right.Action.StartsWith("ec2:Describe", StringComparison.Ordinal));

    private static IReadOnlyList<Right> Of(string prefix) => Rights.Of(SynthesisedMesh.Dev, prefix);

    private static IEnumerable<Right> Others(string but) => Hosts.Where(host => host.Host != but).SelectMany(host => Of(host.Prefix));

    private static string Condition(IEnumerable<Right> rights, string action) => rights.Single(right => right.Action == action).Condition;

    private static IEnumerable<string> Consumed(string prefix) => ResourcesOf(prefix, "sqs:ReceiveMessage");

    private static IEnumerable<string> ResourcesOf(string prefix, string action) =>
        Of(prefix).Where(right => right.Action == action).SelectMany(right => right.Resources).Order(StringComparer.Ordinal);
}
