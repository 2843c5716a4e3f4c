using Amazon.Runtime;

namespace Amazon.EC2.Model;

public class DescribeImagesRequest : AmazonEC2Request
{
    public bool? DryRun { get; set; }

    public List<Filter> Filters { get; set; }

    public List<string> ImageIds { get; set; }

    public int? MaxResults { get; set; }

    public string NextToken { get; set; }
}

public class DescribeImagesResponse : AmazonWebServiceResponse
{
    public List<Image> Images { get; set; }

    public string NextToken { get; set; }
}

public class Image
{
    public ArchitectureValues Architecture { get; set; }

    public string ImageId { get; set; }

    public ImageState State { get; set; }
}
