namespace Amazon.EC2.Model;

/// <summary>An instance as EC2 describes it; eventually consistent.</summary>
public class Instance
{
    public ArchitectureValues Architecture { get; set; }

    public string ClientToken { get; set; }

    public string ImageId { get; set; }

    public string InstanceId { get; set; }

    /// <summary>Null of an on-demand instance.</summary>
    public InstanceLifecycleType InstanceLifecycle { get; set; }

    public InstanceType InstanceType { get; set; }

    public DateTime? LaunchTime { get; set; }

    public Placement Placement { get; set; }

    public string PrivateIpAddress { get; set; }

    public string PublicIpAddress { get; set; }

    public InstanceState State { get; set; }

    public StateReason StateReason { get; set; }

    public string SubnetId { get; set; }

    public List<Tag> Tags { get; set; }
}

public class InstanceState
{
    public int? Code { get; set; }

    public InstanceStateName Name { get; set; }
}

public class Placement
{
    public string AvailabilityZone { get; set; }
}

public class StateReason
{
    public string Code { get; set; }

    public string Message { get; set; }
}

/// <summary>The instances of one launch.</summary>
public class Reservation
{
    public List<Instance> Instances { get; set; }

    public string OwnerId { get; set; }

    public string ReservationId { get; set; }
}
