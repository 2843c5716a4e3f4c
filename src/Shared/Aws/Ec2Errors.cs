using System.IO.Enumeration;
using System.Net;

namespace TaskMesh.Aws;

/// <summary>
/// Every EC2 error code that TaskMesh knows, and what it means (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html).
/// Capacity and throttling errors arrive with 5xx statuses too: the code decides first.
/// </summary>
public static class Ec2Errors
{
    /// <summary>A "*" stands for any characters. The first row that matches counts.</summary>
    private static readonly (string Code, Ec2ErrorClass Class)[] Table =
    [
        ("InternalError", Ec2ErrorClass.Ambiguous),
        ("Unavailable", Ec2ErrorClass.Ambiguous),
        ("RequestLimitExceeded", Ec2ErrorClass.SlowDown),
        ("Throttling*", Ec2ErrorClass.SlowDown),
        ("InsufficientInstanceCapacity", Ec2ErrorClass.Capacity),
        ("InsufficientHostCapacity", Ec2ErrorClass.Capacity),
        ("InsufficientCapacityOnHost", Ec2ErrorClass.Capacity),
        ("UnfulfillableCapacity", Ec2ErrorClass.Capacity),
        ("ReservationCapacityExceeded", Ec2ErrorClass.Capacity),
        ("Unsupported", Ec2ErrorClass.NotOffered),
        ("InsufficientFreeAddressesInSubnet", Ec2ErrorClass.SubnetFull),
        ("InvalidSubnetID.NotFound", Ec2ErrorClass.SubnetUnknown),
        ("InvalidSubnet", Ec2ErrorClass.SubnetUnknown),
        ("VcpuLimitExceeded", Ec2ErrorClass.Quota),
        ("InstanceLimitExceeded", Ec2ErrorClass.Quota),
        ("MaxSpotInstanceCountExceeded", Ec2ErrorClass.SpotMarket),
        ("SpotMaxPriceTooLow", Ec2ErrorClass.SpotMarket),
        ("PendingVerification", Ec2ErrorClass.Account),
        ("OptInRequired", Ec2ErrorClass.Account),
        ("Blocked", Ec2ErrorClass.Account),
        ("UnauthorizedOperation", Ec2ErrorClass.Permission),
        ("AuthFailure*", Ec2ErrorClass.Permission),
        ("InvalidLaunchTemplate*NotFound*", Ec2ErrorClass.Configuration),
        ("InvalidAMIID.*", Ec2ErrorClass.Configuration),
        ("InvalidParameter*", Ec2ErrorClass.Configuration),
        ("InvalidUserData.Malformed", Ec2ErrorClass.Configuration),
        ("IdempotentParameterMismatch", Ec2ErrorClass.TokenReused),
        ("DryRunOperation", Ec2ErrorClass.DryRun),
    ];

    public static Ec2ErrorClass ClassOf(string code) =>
        Table.FirstOrDefault(row => FileSystemName.MatchesSimpleExpression(row.Code, code, ignoreCase: false)).Class;

    /// <summary>A server error whose code says nothing leaves the outcome open.</summary>
    public static Ec2ErrorClass ClassOf(string code, HttpStatusCode status) => ClassOf(code) switch
    {
        Ec2ErrorClass.Unlisted when (int)status >= 500 => Ec2ErrorClass.Ambiguous,
        var known => known,
    };

    /// <summary>Whether EC2 does not know the instance, any more or yet.</summary>
    public static bool IsInstanceGone(string code) => code == "InvalidInstanceID.NotFound";
}
