using TaskMesh.Core.Ports;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Recon;

/// <summary>A set of endpoints that were all looked at: what is in it and was not seen is gone.</summary>
public sealed record ObservedArea(AddressSet Targets, PortSet Ports, string Transport)
{
    /// <summary>The area of a scan that was complete and not a part of one, or null.</summary>
    public static ObservedArea? Of(SynScanPlan plan, ScopeGuard scope, ScanCoverage coverage) =>
        (UInt128)coverage.Planned == plan.Targets.AddressCount * (UInt128)plan.Ports.Count ? Of(plan.Targets, plan.Ports, scope, coverage) : null;

    /// <summary>
    /// The area of a scan that was complete and not degraded, or null: a probe that was not sent, a reply that was lost or came too late, or an
    /// address that came out of scope on the way says nothing about what is there.
    /// </summary>
    public static ObservedArea? Of(AddressSet targets, PortSet ports, ScopeGuard scope, ScanCoverage coverage)
    {
        var asked = targets.Intersect(scope.Allowed);
        var outside = (targets.AddressCount - asked.AddressCount) * (UInt128)ports.Count;
        var complete = coverage is { IsComplete: true, NotSent: 0, RepliesLost: 0, LateAnswers: 0, Degraded.Count: 0 }
            && (UInt128)coverage.OutOfScope == outside;
        return complete && asked.Count > 0 ? new(asked, ports, "tcp") : null;
    }
}
