using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Logs;
using Constructs;
using TaskMesh.Core.Fleet;
using InstanceType = Amazon.CDK.AWS.EC2.InstanceType;

namespace TaskMesh.Cdk.Constructs;

/// <summary>
/// What a bare-metal worker is when the Manager launches it, and who it is. The template names no network interface: the Manager chooses the subnet,
/// and EC2 refuses both together.
/// </summary>
public sealed class BareMetalFleet : Construct
{
    private const int VolumeGiB = 8;

    private readonly FleetOptions _options;
    private readonly Network _network;

    public BareMetalFleet(
        Construct scope, MeshOptions options, MeshPackages packages, Network network, Queues queues, MeshDatabase database, ObjectStore objects)
        : base(scope, nameof(BareMetalFleet))
    {
        (_options, _network) = (options.Fleet, network);
        TemplateName = options.Stage.NameOf("bare-metal-worker");
        Role = new Role(this, "Role", new RoleProps
        {
            RoleName = options.Stage.NameOf("bare-metal"),
            AssumedBy = new ServicePrincipal("ec2.amazonaws.com"),
        });
        Logs = new LogGroup(this, "Logs", new LogGroupProps
        {
            LogGroupName = $"/taskmesh/{options.Stage.Name}/bare-metal",
            Retention = RetentionDays.ONE_MONTH,
            RemovalPolicy = RemovalPolicy.DESTROY,
        });
        var (archive, digest) = packages.Worker(this, $"{_options.Architecture}".ToLowerInvariant());
        Role.MayConsume(queues.BareMetal);
        Role.MaySend(queues.Manager);
        Role.MayGet(objects.Bucket, "inputs/*", "results/*");
        Role.MayPut(objects.Bucket, "results/*");
        Role.MayGet(archive.Bucket, archive.S3ObjectKey);
        Role.MayLog(Logs);
        database.GrantConnect(Role, "tm_worker");
        Template = new LaunchTemplate(this, "Template", new LaunchTemplateProps
        {
            LaunchTemplateName = TemplateName,
            InstanceType = new InstanceType(_options.InstanceTypes[0]),
            MachineImage = MachineImage.LatestAmazonLinux2023(new AmazonLinux2023ImageSsmParameterProps
            {
                CpuType = _options.Architecture == CpuArchitecture.Arm64 ? AmazonLinuxCpuType.ARM_64 : AmazonLinuxCpuType.X86_64,
            }),
            InstanceProfile = new InstanceProfile(this, "Profile", new InstanceProfileProps { Role = Role }),
            SecurityGroup = network.Workers,
            InstanceInitiatedShutdownBehavior = InstanceInitiatedShutdownBehavior.TERMINATE,
            HttpTokens = LaunchTemplateHttpTokens.REQUIRED,
            HttpPutResponseHopLimit = 1,
            HttpEndpoint = true,
            BlockDevices =
            [
                new BlockDevice
                {
                    DeviceName = "/dev/xvda",
                    Volume = BlockDeviceVolume.Ebs(VolumeGiB, new EbsDeviceOptions
                    {
                        VolumeType = EbsDeviceVolumeType.GP3,
                        Encrypted = true,
                        DeleteOnTermination = true,
                    }),
                },
            ],
            UserData = UserData.Custom(FirstBoot.Script(new()
            {
                ["REGION"] = Stack.Of(this).Region,
                ["STAGE"] = options.Stage.Name,
                ["WORKER_LOCATION"] = archive.S3ObjectUrl,
                ["WORKER_SHA256"] = digest,
                ["LOG_GROUP"] = Logs.LogGroupName,
                ["DATABASE"] = database.ConnectionString("tm_worker", FirstBoot.Certificates),
                ["BARE_METAL_QUEUE_URL"] = queues.BareMetal.QueueUrl,
                ["MANAGER_QUEUE_URL"] = queues.Manager.QueueUrl,
                ["OBJECTS_BUCKET"] = objects.Bucket.BucketName,
            })),
        });
    }

    public Role Role { get; }

    public LogGroup Logs { get; }

    public LaunchTemplate Template { get; }

    public string TemplateName { get; }

    /// <summary>
    /// Launching with our template and no other, into our subnets, of our types, with our stage's tag; and ending what bears that. What the template
    /// says cannot be limited: who may write it has the worker's rights, so that only deployments do.
    /// </summary>
    public void GrantLaunch(IGrantable manager)
    {
        var stack = Stack.Of(this);
        var template = stack.Ec2Arn($"launch-template/{Template.LaunchTemplateId}");
        var ours = new Dictionary<string, object> { ["ArnEquals"] = new Dictionary<string, object> { ["ec2:LaunchTemplate"] = template } };
        manager.May(["ec2:RunInstances"], [stack.Ec2Arn("instance/*")], new Dictionary<string, object>(ours)
        {
            ["StringEquals"] = new Dictionary<string, object>
            {
                ["ec2:InstanceType"] = _options.InstanceTypes.ToArray(),
                ["aws:RequestTag/mesh"] = TemplateName,
            },
        });
        manager.May(["ec2:RunInstances"], [stack.Ec2Arn("network-interface/*")], ours);
        manager.May(["ec2:RunInstances"], [template, .. stack.SubnetArns(_network.Vpc, _network.PublicSubnets)]);
        manager.May(
            ["ec2:RunInstances"],
            [
                $"arn:{stack.Partition}:ec2:{stack.Region}::image/*",
                stack.Ec2Arn($"security-group/{_network.Workers.SecurityGroupId}"),
                stack.Ec2Arn("volume/*"),
            ],
            new() { ["Bool"] = new Dictionary<string, object> { ["ec2:IsLaunchTemplateResource"] = "true" } });
        manager.May(["ec2:CreateTags"], [stack.Ec2Arn("instance/*"), stack.Ec2Arn("volume/*")], new()
        {
            ["StringEquals"] = new Dictionary<string, object> { ["ec2:CreateAction"] = "RunInstances" },
        });
        manager.May(["ec2:TerminateInstances", "ec2:GetConsoleOutput"], [stack.Ec2Arn("instance/*")], new()
        {
            ["StringEquals"] = new Dictionary<string, object> { ["ec2:ResourceTag/mesh"] = TemplateName },
        });
        manager.May(
            ["ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeSubnets"], ["*"]);
        manager.May(["iam:PassRole"], [Role.RoleArn], new()
        {
            ["StringEquals"] = new Dictionary<string, object> { ["iam:PassedToService"] = "ec2.amazonaws.com" },
        });
    }
}
