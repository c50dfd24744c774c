using System.Reflection;
using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Targets;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.PluginKit;

/// <summary>Changed CHAP users of a target, request by request: a process may be killed between any two.</summary>
public class ChapUserChangeTests
{
    private static readonly TargetSpec Wanted = new()
    {
        Element = new('a', 32),
        ElementName = "db01",
        Name = "iqn.2026-11.com.example:db01",
        Initiators = [IscsiArray.Host1],
        Accounts = [],
    };

    public static TheoryData<string[], string[]> Changes => new()
    {
        { ["old"], ["new"] },
        { ["old", "out>"], ["new", "other>"] },
        { ["one", "two"], ["two", "three"] },
        { ["old", "out>"], ["new"] },
        { ["old"], ["new", "out>"] },
        { ["old"], ["new", "old>"] },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_target_that_initiators_may_use_requires_a_user_at_every_moment(string[] before, string[] after)
    {
        var present = new TargetState { Number = 1, Name = Wanted.Name, Initiators = Wanted.Initiators, Accounts = Accounts(before) };
        var wanted = Wanted with { Accounts = Accounts(after) };
        var daemon = DispatchProxy.Create<ITargetDaemon, Users>();
        var users = (Users)daemon;
        users.Bound.AddRange(present.Accounts);

        foreach (var difference in TargetDifference.Between(wanted, present, new HashSet<int>()))
        {
            difference.Repair(daemon, TestContext.Current.CancellationToken);
            Assert.Contains(users.Bound, account => !account.Outgoing);
            Assert.InRange(users.Bound.Count(account => account.Outgoing), 0, 1);
        }

        Assert.Equal(wanted.Accounts.OrderBy(account => account.User), users.Bound.OrderBy(account => account.User));
    }

    private static ValueList<AccountName> Accounts(string[] users) =>
        users.Select(user => new AccountName(user.TrimEnd('>'), user.EndsWith('>'))).ToValueList();

    /// <summary>The users of a daemon's one target.</summary>
    public class Users : DispatchProxy
    {
        public List<AccountName> Bound { get; } = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var account = Assert.IsType<AccountName>(args![1]);
            if (targetMethod!.Name == nameof(ITargetDaemon.Bind))
            {
                Bound.Add(account);
            }
            else
            {
                Assert.Equal(nameof(ITargetDaemon.Unbind), targetMethod.Name);
                Assert.True(Bound.Remove(account));
            }

            return null;
        }
    }
}
