using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Faults;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>The faults that EC2 shall have, and how often each was met.</summary>
public sealed class Ec2Faults
{
    private readonly FaultSource _source;
    private readonly Lock _gate = new();
    private List<(Ec2Fault Fault, int Met)> _faults = [];

    public Ec2Faults(IEnumerable<Ec2Fault> faults, FaultSource source)
    {
        _source = source;
        Replace(faults);
    }

    public void Replace(IEnumerable<Ec2Fault> faults)
    {
        lock (_gate)
            _faults = [.. faults.Select(fault => (fault, 0))];
    }

    /// <summary>Counts a call with each fault that matches it; the first whose turn it is decides.</summary>
    /// <param name="type">Null if the call names none.</param>
    /// <param name="subnet">Null if the call names none.</param>
    /// <param name="isDryRun">Then EC2 looks at rights and parameters only, and no other fault meets the call.</param>
    public Ec2Fault? Next(string? operation, string? type, string? subnet, string market, bool isDryRun = false)
    {
        lock (_gate)
        {
            Ec2Fault? next = null;
            for (var place = 0; place < _faults.Count; place++)
            {
                var (fault, met) = _faults[place];
                if (fault.Operation != operation || !Matches(fault.InstanceType, type ?? Ec2Fault.OfTemplate)
                    || !Matches(fault.Subnet, subnet ?? Ec2Fault.OfTemplate) || !Matches(fault.Market, market)
                    || (isDryRun && fault.Code != Ec2Errors.Unauthorized))
                    continue;
                _faults[place] = (fault, ++met);
                if (met >= fault.From && !(met - fault.From >= fault.Count)
                    && (fault.Share >= 1 || _source.Hits("ec2", fault.Share, $"{place}/{operation}/{type}/{subnet}/{market}")))
                    next ??= fault;
            }
            return next;
        }
    }

    private static bool Matches(string? wanted, string actual) => wanted is null || wanted == actual;
}
