using Amazon.Runtime;

namespace Amazon.EC2.Model;

public class DescribeInstancesRequest : AmazonEC2Request
{
    public bool? DryRun { get; set; }

    public List<Filter> Filters { get; set; }

    public List<string> InstanceIds { get; set; }

    /// <summary>5 to 1,000; not together with <see cref="InstanceIds"/>.</summary>
    public int? MaxResults { get; set; }

    public string NextToken { get; set; }
}

public class DescribeInstancesResponse : AmazonWebServiceResponse
{
    /// <summary>Null or empty on the last page.</summary>
    public string NextToken { get; set; }

    public List<Reservation> Reservations { get; set; }
}
