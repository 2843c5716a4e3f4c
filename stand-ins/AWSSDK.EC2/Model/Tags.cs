using Amazon.Runtime;

namespace Amazon.EC2.Model;

/// <summary>A name and a value on a resource.</summary>
public class Tag
{
    public Tag()
    {
    }

    public Tag(string key, string value) => (Key, Value) = (key, value);

    public string Key { get; set; }

    public string Value { get; set; }
}

/// <summary>Tags for what a call creates.</summary>
public class TagSpecification
{
    public ResourceType ResourceType { get; set; }

    public List<Tag> Tags { get; set; }
}

public class CreateTagsRequest : AmazonEC2Request
{
    public CreateTagsRequest()
    {
    }

    public CreateTagsRequest(List<string> resources, List<Tag> tags) => (Resources, Tags) = (resources, tags);

    public bool? DryRun { get; set; }

    public List<string> Resources { get; set; }

    public List<Tag> Tags { get; set; }
}

public class CreateTagsResponse : AmazonWebServiceResponse;
