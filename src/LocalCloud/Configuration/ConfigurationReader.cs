using System.Text.Json;
using System.Text.RegularExpressions;
using TaskMesh.LocalCloud.Ec2;
using TaskMesh.LocalCloud.Sqs;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Configuration;

/// <summary>Reads a configuration and says all that is wrong with it at once.</summary>
public static partial class ConfigurationReader
{
    /// <summary>
    /// Strict: unknown, missing and duplicate keys are errors. By reflection: a generated reader would set what a file leaves out to
    /// null instead of leaving it at its default.
    /// </summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerOptions.Strict) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static CloudConfiguration ReadFile(string path)
    {
        try
        {
            return Read(File.ReadAllBytes(path));
        }
        catch (IOException e)
        {
            throw new ConfigurationException([$"{path}: {e.Message}"]);
        }
    }

    public static CloudConfiguration Read(ReadOnlySpan<byte> json)
    {
        CloudConfiguration configuration;
        try
        {
            configuration = JsonSerializer.Deserialize<CloudConfiguration>(json, Json)
                ?? throw new ConfigurationException(["The configuration is null."]);
        }
        catch (JsonException e)
        {
            throw new ConfigurationException([e.Message]);
        }
        return Problems(configuration).ToList() is { Count: > 0 } problems ? throw new ConfigurationException(problems) : configuration;
    }

    /// <summary>All that is wrong with it, each in a sentence.</summary>
    public static IEnumerable<string> Problems(CloudConfiguration configuration)
    {
        var queues = configuration.Queues.DistinctBy(queue => queue.Name).ToDictionary(queue => queue.Name, VisibilityTimeout);
        return
        [
            .. General(configuration),
            .. configuration.Queues.Where(queue => !SqsQueues.IsName(queue.Name))
                .Select(queue => $"queues: '{queue.Name}' is no name of 1 to 80 letters, digits, hyphens and underscores"),
            .. Duplicates("queues", configuration.Queues.Select(queue => queue.Name)),
            .. Duplicates("functions", configuration.Functions.Select(function => function.Name)),
            .. configuration.Functions.SelectMany(function => Function(function, queues)),
            .. configuration.Images.SelectMany(image => Image(image.Key, image.Value)),
            .. configuration.LaunchTemplates.SelectMany(template => Template(template.Key, template.Value, configuration)),
            .. Ec2(configuration.Ec2),
            .. configuration.Timers.SelectMany(timer => Timer(timer, queues)),
            .. configuration.Faults.Queues.Problems(),
        ];
    }

    private static IEnumerable<string> General(CloudConfiguration configuration)
    {
        if (configuration.Port is < 0 or > 65535)
            yield return $"port: {configuration.Port} is not from 0 to 65535";
        if (!AccountId().IsMatch(configuration.AccountId))
            yield return $"accountId: '{configuration.AccountId}' is not twelve digits";
        if (configuration.StopGraceSeconds < 0)
            yield return $"stopGraceSeconds: {configuration.StopGraceSeconds} is negative";
        if (configuration.Store.ConnectionString is null == configuration.Store.Folder is null)
            yield return "store: needs either connectionString or folder";
    }

    private static IEnumerable<string> Function(FunctionConfiguration function, Dictionary<string, double> queues)
    {
        var where = $"functions: '{function.Name}'";
        if (!FunctionName().IsMatch(function.Name))
            yield return $"{where} is no name of 1 to 64 letters, digits, hyphens and underscores";
        if (function.Concurrency is < 1 or > 1000)
            yield return $"{where}: concurrency {function.Concurrency} is not from 1 to 1000";
        if (function.TimeoutSeconds is <= 0 or > 900)
            yield return $"{where}: timeoutSeconds {function.TimeoutSeconds} is not above 0 and at most 900";
        foreach (var problem in Program(where, function))
            yield return problem;
        foreach (var source in function.EventSources)
        {
            if (!queues.TryGetValue(source.Queue, out var visibility))
                yield return $"{where}: the event source's queue '{source.Queue}' is not configured";
            else if (visibility < function.TimeoutSeconds)
                yield return $"{where}: timeoutSeconds {function.TimeoutSeconds} is above the VisibilityTimeout {visibility} of '{source.Queue}'";
            if (source.BatchSize is < 1 or > 10_000)
                yield return $"{where}: batchSize {source.BatchSize} is not from 1 to 10000";
            if (source.BatchingWindowSeconds is < 0 or > 300)
                yield return $"{where}: batchingWindowSeconds {source.BatchingWindowSeconds} is not from 0 to 300";
            if (source is { BatchSize: > 10, BatchingWindowSeconds: < 1 })
                yield return $"{where}: a batchSize above 10 needs batchingWindowSeconds of at least 1";
        }
    }

    private static IEnumerable<string> Image(string id, ImageConfiguration image)
    {
        foreach (var problem in Program($"images: '{id}'", image))
            yield return problem;
        if (image.Architecture is not ("arm64" or "x86_64"))
            yield return $"images: '{id}': architecture '{image.Architecture}' is neither arm64 nor x86_64";
        if (image is { UserId: null, Capabilities.Count: > 0 })
            yield return $"images: '{id}': capabilities need a userId";
        foreach (var name in image.Capabilities.Where(name => !CapabilityName().IsMatch(name)))
            yield return $"images: '{id}': '{name}' is no capability such as net_raw";
        if (image.NetworkNamespace is { } network && !NamespaceName().IsMatch(network))
            yield return $"images: '{id}': '{network}' is no name of a network namespace";
    }

    private static IEnumerable<string> Program(string where, ProgramConfiguration program)
    {
        if (program.Command.Count == 0)
            yield return $"{where}: command is empty";
        if (program.UserId is not null && !Environment.IsPrivilegedProcess)
            yield return $"{where}: only root may run it as userId {program.UserId}";
    }

    private static IEnumerable<string> Template(string name, LaunchTemplateConfiguration template, CloudConfiguration configuration)
    {
        var where = $"launchTemplates: '{name}'";
        if (template.DefaultVersion < 1 || template.DefaultVersion > template.Versions.Count)
            yield return $"{where}: defaultVersion {template.DefaultVersion} is none of its {template.Versions.Count} versions";
        foreach (var version in template.Versions)
        {
            if (!configuration.Images.ContainsKey(version.ImageId))
                yield return $"{where}: the image '{version.ImageId}' is not configured";
            if (!InstanceTypes.All.ContainsKey(version.InstanceType))
                yield return $"{where}: the instance type '{version.InstanceType}' is none of {string.Join(", ", InstanceTypes.All.Keys)}";
            if (version.SubnetId is { } subnet && !configuration.Subnets.ContainsKey(subnet))
                yield return $"{where}: the subnet '{subnet}' is not configured";
        }
    }

    private static IEnumerable<string> Ec2(Ec2Configuration ec2)
    {
        if (ec2.VisibleAfterSeconds < 0 || ec2.BootSeconds < 0 || ec2.TerminatedCountsSeconds < 0 || ec2.SpotNoticeSeconds < 0)
            yield return "ec2: visibleAfterSeconds, bootSeconds, terminatedCountsSeconds and spotNoticeSeconds are not negative";
        if (ec2.MostPerPage < 1)
            yield return $"ec2: mostPerPage {ec2.MostPerPage} is not above 0";
        foreach (var problem in ec2.Faults.Select(Fault).OfType<string>())
            yield return $"ec2: faults: {problem}";
    }

    private static string? Fault(Ec2Fault fault) => fault switch
    {
        { Operation: Ec2Fault.Boot, Code: not (Ec2Fault.BootFails or Ec2Fault.BootHangs) } =>
            $"a boot '{Ec2Fault.BootFails}' or '{Ec2Fault.BootHangs}', it does not '{fault.Code}'",
        { Code: null, ReplyLost: false } => "without a code and with its reply it is none",
        { From: < 1 } => $"from {fault.From} is not above 0",
        { Share: not (>= 0 and <= 1) } => $"share {fault.Share} is not from 0 to 1",
        { Count: < 1 } => $"count {fault.Count} is not above 0",
        { Market: not (null or "spot" or "on-demand") } => $"the market is 'spot' or 'on-demand', not '{fault.Market}'",
        _ => null,
    };

    private static IEnumerable<string> Timer(TimerConfiguration timer, Dictionary<string, double> queues)
    {
        if (timer.IntervalSeconds <= 0)
            yield return $"timers: intervalSeconds {timer.IntervalSeconds} is not above 0";
        if (!queues.ContainsKey(timer.Queue))
            yield return $"timers: the queue '{timer.Queue}' is not configured";
    }

    /// <summary>In seconds. What is no number is refused when the queue is made.</summary>
    private static double VisibilityTimeout(QueueConfiguration queue) =>
        WholeNumber.Parse(queue.Attributes?.GetValueOrDefault("VisibilityTimeout")) ?? QueueAttributes.Default.VisibilityTimeout.TotalSeconds;

    private static IEnumerable<string> Duplicates(string where, IEnumerable<string> names) =>
        names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => $"{where}: '{group.Key}' is there twice");

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex FunctionName();

    [GeneratedRegex("^[0-9]{12}$")]
    private static partial Regex AccountId();

    [GeneratedRegex("^[a-z_]{1,40}$")]
    private static partial Regex CapabilityName();

    [GeneratedRegex("^[A-Za-z0-9_.-]{1,64}$")]
    private static partial Regex NamespaceName();
}
