namespace TaskMesh.Testing;

/// <summary>A test with the AWS CLI of Debian as an independent client.</summary>
public sealed class AwsCliFactAttribute : FactAttribute
{
    public const string Path = "/usr/bin/aws";

    /// <summary>What it knows of SQS.</summary>
    public const string QueueModel = "/usr/lib/python3/dist-packages/awscli/botocore/data/sqs/2012-11-05/service-2.json";

    public AwsCliFactAttribute()
    {
        if (!File.Exists(Path))
            Skip = $"Needs {Path}: apt-get install awscli";
    }
}
