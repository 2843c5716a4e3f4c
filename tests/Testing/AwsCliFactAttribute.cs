namespace TaskMesh.Testing;

/// <summary>A test with the AWS CLI of Debian as an independent client.</summary>
public sealed class AwsCliFactAttribute : FactAttribute
{
    public const string Path = "/usr/bin/aws";

    public AwsCliFactAttribute()
    {
        if (!File.Exists(Path))
            Skip = $"Needs {Path}: apt-get install awscli";
    }
}
