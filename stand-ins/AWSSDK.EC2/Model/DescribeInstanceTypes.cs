using Amazon.Runtime;

namespace Amazon.EC2.Model;

public class DescribeInstanceTypesRequest : AmazonEC2Request
{
    public bool? DryRun { get; set; }

    public List<Filter> Filters { get; set; }

    public List<string> InstanceTypes { get; set; }

    /// <summary>5 to 100.</summary>
    public int? MaxResults { get; set; }

    public string NextToken { get; set; }
}

public class DescribeInstanceTypesResponse : AmazonWebServiceResponse
{
    public List<InstanceTypeInfo> InstanceTypes { get; set; }

    public string NextToken { get; set; }
}

public class InstanceTypeInfo
{
    public bool? BareMetal { get; set; }

    public bool? CurrentGeneration { get; set; }

    public InstanceType InstanceType { get; set; }

    public MemoryInfo MemoryInfo { get; set; }

    public ProcessorInfo ProcessorInfo { get; set; }

    /// <summary>on-demand, spot.</summary>
    public List<string> SupportedUsageClasses { get; set; }

    public VCpuInfo VCpuInfo { get; set; }
}

public class MemoryInfo
{
    public long? SizeInMiB { get; set; }
}

public class ProcessorInfo
{
    /// <summary>Values of <see cref="ArchitectureValues"/>.</summary>
    public List<string> SupportedArchitectures { get; set; }
}

public class VCpuInfo
{
    public int? DefaultCores { get; set; }

    public int? DefaultVCpus { get; set; }
}
