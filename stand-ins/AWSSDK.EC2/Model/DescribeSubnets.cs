using Amazon.Runtime;

namespace Amazon.EC2.Model;

public class DescribeSubnetsRequest : AmazonEC2Request
{
    public bool? DryRun { get; set; }

    public List<Filter> Filters { get; set; }

    public int? MaxResults { get; set; }

    public string NextToken { get; set; }

    public List<string> SubnetIds { get; set; }
}

public class DescribeSubnetsResponse : AmazonWebServiceResponse
{
    public string NextToken { get; set; }

    public List<Subnet> Subnets { get; set; }
}

public class Subnet
{
    public string AvailabilityZone { get; set; }

    public int? AvailableIpAddressCount { get; set; }

    public string CidrBlock { get; set; }

    public bool? MapPublicIpOnLaunch { get; set; }

    public SubnetState State { get; set; }

    public string SubnetId { get; set; }

    public List<Tag> Tags { get; set; }

    public string VpcId { get; set; }
}
