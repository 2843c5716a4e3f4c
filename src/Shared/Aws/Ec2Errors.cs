using System.IO.Enumeration;
using System.Net;
using TaskMesh.Core.Fleet;

namespace TaskMesh.Aws;

/// <summary>
/// Every EC2 error code that TaskMesh knows, and what it means (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html).
/// Capacity and throttling errors arrive with 5xx statuses too: the code decides first.
/// </summary>
public static class Ec2Errors
{
    /// <summary>A "*" stands for any characters. The first row that matches counts.</summary>
    private static readonly (string Code, RefusalClass Class)[] Table =
    [
        ("InternalError", RefusalClass.Ambiguous),
        ("Unavailable", RefusalClass.Ambiguous),
        ("RequestLimitExceeded", RefusalClass.SlowDown),
        ("Throttling*", RefusalClass.SlowDown),
        ("InsufficientInstanceCapacity", RefusalClass.Capacity),
        ("InsufficientHostCapacity", RefusalClass.Capacity),
        ("InsufficientCapacityOnHost", RefusalClass.Capacity),
        ("UnfulfillableCapacity", RefusalClass.Capacity),
        ("ReservationCapacityExceeded", RefusalClass.Capacity),
        ("Unsupported", RefusalClass.NotOffered),
        ("InsufficientFreeAddressesInSubnet", RefusalClass.SubnetFull),
        ("InvalidSubnetID.NotFound", RefusalClass.SubnetUnknown),
        ("InvalidSubnet", RefusalClass.SubnetUnknown),
        ("VcpuLimitExceeded", RefusalClass.Quota),
        ("InstanceLimitExceeded", RefusalClass.Quota),
        ("MaxSpotInstanceCountExceeded", RefusalClass.SpotMarket),
        ("SpotMaxPriceTooLow", RefusalClass.SpotMarket),
        ("PendingVerification", RefusalClass.Account),
        ("OptInRequired", RefusalClass.Account),
        ("Blocked", RefusalClass.Account),
        ("UnauthorizedOperation", RefusalClass.Permission),
        ("AuthFailure*", RefusalClass.Permission),
        ("InvalidLaunchTemplate*NotFound*", RefusalClass.Configuration),
        ("InvalidAMIID.*", RefusalClass.Configuration),
        ("InvalidParameter*", RefusalClass.Configuration),
        ("InvalidUserData.Malformed", RefusalClass.Configuration),
        ("IdempotentParameterMismatch", RefusalClass.TokenReused),
    ];

    public static RefusalClass ClassOf(string code) =>
        Table.FirstOrDefault(row => FileSystemName.MatchesSimpleExpression(row.Code, code, ignoreCase: false)).Class;

    /// <summary>A server error whose code says nothing leaves the outcome open.</summary>
    public static RefusalClass ClassOf(string code, HttpStatusCode status) => ClassOf(code) switch
    {
        RefusalClass.Unlisted when (int)status >= 500 => RefusalClass.Ambiguous,
        var known => known,
    };

    /// <summary>What EC2 says to a dry run that would have launched.</summary>
    public const string WouldLaunch = "DryRunOperation";

    /// <summary>Whether EC2 does not know the instance, any more or yet.</summary>
    public static bool IsInstanceGone(string code) => code == "InvalidInstanceID.NotFound";
}
