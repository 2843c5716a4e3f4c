using System.Net;
using TaskMesh.Aws;
using TaskMesh.Core.Fleet;

namespace TaskMesh.Unit.Shared.Aws;

public class Ec2ErrorsTests
{
    [Theory]
    [InlineData("InternalError", RefusalClass.Ambiguous)]
    [InlineData("Unavailable", RefusalClass.Ambiguous)]
    [InlineData("RequestLimitExceeded", RefusalClass.SlowDown)]
    [InlineData("Throttling", RefusalClass.SlowDown)]
    [InlineData("ThrottlingException", RefusalClass.SlowDown)]
    [InlineData("InsufficientInstanceCapacity", RefusalClass.Capacity)]
    [InlineData("InsufficientHostCapacity", RefusalClass.Capacity)]
    [InlineData("InsufficientCapacityOnHost", RefusalClass.Capacity)]
    [InlineData("UnfulfillableCapacity", RefusalClass.Capacity)]
    [InlineData("ReservationCapacityExceeded", RefusalClass.Capacity)]
    [InlineData("Unsupported", RefusalClass.NotOffered)]
    [InlineData("InsufficientFreeAddressesInSubnet", RefusalClass.SubnetFull)]
    [InlineData("InvalidSubnetID.NotFound", RefusalClass.SubnetUnknown)]
    [InlineData("InvalidSubnet", RefusalClass.SubnetUnknown)]
    [InlineData("VcpuLimitExceeded", RefusalClass.Quota)]
    [InlineData("InstanceLimitExceeded", RefusalClass.Quota)]
    [InlineData("MaxSpotInstanceCountExceeded", RefusalClass.SpotMarket)]
    [InlineData("SpotMaxPriceTooLow", RefusalClass.SpotMarket)]
    [InlineData("PendingVerification", RefusalClass.Account)]
    [InlineData("OptInRequired", RefusalClass.Account)]
    [InlineData("Blocked", RefusalClass.Account)]
    [InlineData("UnauthorizedOperation", RefusalClass.Permission)]
    [InlineData("AuthFailure", RefusalClass.Permission)]
    [InlineData("AuthFailure.ServiceLinkedRoleCreationNotPermitted", RefusalClass.Permission)]
    [InlineData("InvalidLaunchTemplateId.NotFound", RefusalClass.Configuration)]
    [InlineData("InvalidLaunchTemplateId.VersionNotFound", RefusalClass.Configuration)]
    [InlineData("InvalidLaunchTemplateName.NotFoundException", RefusalClass.Configuration)]
    [InlineData("InvalidAMIID.NotFound", RefusalClass.Configuration)]
    [InlineData("InvalidParameterValue", RefusalClass.Configuration)]
    [InlineData("InvalidParameterCombination", RefusalClass.Configuration)]
    [InlineData("InvalidUserData.Malformed", RefusalClass.Configuration)]
    [InlineData("IdempotentParameterMismatch", RefusalClass.TokenReused)]
    [InlineData("SomethingNew", RefusalClass.Unlisted)]
    [InlineData("insufficientinstancecapacity", RefusalClass.Unlisted)]
    [InlineData("", RefusalClass.Unlisted)]
    public void A_code_has_one_class(string code, RefusalClass expected) => Assert.Equal(expected, Ec2Errors.ClassOf(code));

    [Theory]
    [InlineData("SomethingNew", HttpStatusCode.InternalServerError, RefusalClass.Ambiguous)]
    [InlineData("SomethingNew", HttpStatusCode.BadRequest, RefusalClass.Unlisted)]
    [InlineData("InsufficientInstanceCapacity", HttpStatusCode.InternalServerError, RefusalClass.Capacity)]
    [InlineData("RequestLimitExceeded", HttpStatusCode.ServiceUnavailable, RefusalClass.SlowDown)]
    public void The_status_decides_only_for_codes_outside_the_table(string code, HttpStatusCode status, RefusalClass expected) =>
        Assert.Equal(expected, Ec2Errors.ClassOf(code, status));
}
