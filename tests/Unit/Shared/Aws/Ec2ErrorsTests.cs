using System.Net;
using TaskMesh.Aws;

namespace TaskMesh.Unit.Shared.Aws;

public class Ec2ErrorsTests
{
    [Theory]
    [InlineData("InternalError", Ec2ErrorClass.Ambiguous)]
    [InlineData("Unavailable", Ec2ErrorClass.Ambiguous)]
    [InlineData("RequestLimitExceeded", Ec2ErrorClass.SlowDown)]
    [InlineData("Throttling", Ec2ErrorClass.SlowDown)]
    [InlineData("ThrottlingException", Ec2ErrorClass.SlowDown)]
    [InlineData("InsufficientInstanceCapacity", Ec2ErrorClass.Capacity)]
    [InlineData("InsufficientHostCapacity", Ec2ErrorClass.Capacity)]
    [InlineData("InsufficientCapacityOnHost", Ec2ErrorClass.Capacity)]
    [InlineData("UnfulfillableCapacity", Ec2ErrorClass.Capacity)]
    [InlineData("ReservationCapacityExceeded", Ec2ErrorClass.Capacity)]
    [InlineData("Unsupported", Ec2ErrorClass.NotOffered)]
    [InlineData("InsufficientFreeAddressesInSubnet", Ec2ErrorClass.SubnetFull)]
    [InlineData("InvalidSubnetID.NotFound", Ec2ErrorClass.SubnetUnknown)]
    [InlineData("InvalidSubnet", Ec2ErrorClass.SubnetUnknown)]
    [InlineData("VcpuLimitExceeded", Ec2ErrorClass.Quota)]
    [InlineData("InstanceLimitExceeded", Ec2ErrorClass.Quota)]
    [InlineData("MaxSpotInstanceCountExceeded", Ec2ErrorClass.SpotMarket)]
    [InlineData("SpotMaxPriceTooLow", Ec2ErrorClass.SpotMarket)]
    [InlineData("PendingVerification", Ec2ErrorClass.Account)]
    [InlineData("OptInRequired", Ec2ErrorClass.Account)]
    [InlineData("Blocked", Ec2ErrorClass.Account)]
    [InlineData("UnauthorizedOperation", Ec2ErrorClass.Permission)]
    [InlineData("AuthFailure", Ec2ErrorClass.Permission)]
    [InlineData("AuthFailure.ServiceLinkedRoleCreationNotPermitted", Ec2ErrorClass.Permission)]
    [InlineData("InvalidLaunchTemplateId.NotFound", Ec2ErrorClass.Configuration)]
    [InlineData("InvalidLaunchTemplateId.VersionNotFound", Ec2ErrorClass.Configuration)]
    [InlineData("InvalidLaunchTemplateName.NotFoundException", Ec2ErrorClass.Configuration)]
    [InlineData("InvalidAMIID.NotFound", Ec2ErrorClass.Configuration)]
    [InlineData("InvalidParameterValue", Ec2ErrorClass.Configuration)]
    [InlineData("InvalidParameterCombination", Ec2ErrorClass.Configuration)]
    [InlineData("InvalidUserData.Malformed", Ec2ErrorClass.Configuration)]
    [InlineData("IdempotentParameterMismatch", Ec2ErrorClass.TokenReused)]
    [InlineData("DryRunOperation", Ec2ErrorClass.DryRun)]
    [InlineData("SomethingNew", Ec2ErrorClass.Unlisted)]
    [InlineData("insufficientinstancecapacity", Ec2ErrorClass.Unlisted)]
    [InlineData("", Ec2ErrorClass.Unlisted)]
    public void A_code_has_one_class(string code, Ec2ErrorClass expected) => Assert.Equal(expected, Ec2Errors.ClassOf(code));

    [Theory]
    [InlineData("SomethingNew", HttpStatusCode.InternalServerError, Ec2ErrorClass.Ambiguous)]
    [InlineData("SomethingNew", HttpStatusCode.BadRequest, Ec2ErrorClass.Unlisted)]
    [InlineData("InsufficientInstanceCapacity", HttpStatusCode.InternalServerError, Ec2ErrorClass.Capacity)]
    [InlineData("RequestLimitExceeded", HttpStatusCode.ServiceUnavailable, Ec2ErrorClass.SlowDown)]
    public void The_status_decides_only_for_codes_outside_the_table(string code, HttpStatusCode status, Ec2ErrorClass expected) =>
        Assert.Equal(expected, Ec2Errors.ClassOf(code, status));
}
