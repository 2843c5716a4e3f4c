using Amazon.EC2;

namespace TaskMesh.Testing.Ec2;

/// <summary>An EC2 that the contract can be run against. Tests tag what they make, so one endpoint serves many at once.</summary>
public interface IEc2Endpoint
{
    IAmazonEC2 Client { get; }

    /// <summary>Runs on a t4g.micro, until it is terminated.</summary>
    string ImageId { get; }

    /// <summary>Longer than an instance takes from one state to the next.</summary>
    TimeSpan Patience { get; }
}
