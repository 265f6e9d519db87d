using System;
using System.Diagnostics;
using System.Threading;
using Ipmon;

internal sealed class Failed : Exception
{
    internal Failed(string what) : base(what)
    {
    }
}

internal static class Check
{
    internal static void That(bool holds, string what)
    {
        if (!holds)
        {
            throw new Failed(what);
        }
    }

    internal static void Equal<T>(T got, T expected, string what)
    {
        That(Equals(got, expected), what + ": " + got + " instead of " + expected);
    }

    internal static T Throws<T>(Action action, string what) where T : Exception
    {
        try
        {
            action();
        }
        catch (T e)
        {
            return e;
        }
        throw new Failed(what + " throws no " + typeof(T).Name);
    }

    internal static void Fails(Status status, Action action, string what)
    {
        var e = Throws<IpmonException>(action, what);
        Equal(e.Status, status, what);
        That(e.Message.Length != 0, what + " has no text");
    }

    internal static void Soon(Func<bool> holds, string what)
    {
        var since = Stopwatch.StartNew();
        while (!holds())
        {
            That(since.Elapsed.TotalSeconds < 10, "not within 10 s: " + what);
            Thread.Sleep(1);
        }
    }

    /// <summary>What a thread does; its exceptions come out of the Join.</summary>
    internal static Action InAThread(Action action)
    {
        Exception thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                thrown = e;
            }
        });
        thread.IsBackground = true;
        thread.Start();
        return () =>
        {
            That(thread.Join(10000), "a thread hangs");
            if (thrown != null)
            {
                throw new Failed("in a thread: " + thrown);
            }
        };
    }

    /// <summary>Runs all, prints the names of those that fail, and returns how
    /// many.</summary>
    internal static int All(params Action[] tests)
    {
        int failed = 0;
        foreach (Action test in tests)
        {
            try
            {
                test();
                Console.WriteLine("ok " + test.Method.Name);
            }
            catch (Exception e)
            {
                failed++;
                Console.WriteLine("not ok " + test.Method.Name + ": " + e);
            }
        }
        return failed;
    }
}
