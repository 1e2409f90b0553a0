namespace LoopLM.Cpu.Threading;

/// <summary>Work that all threads of a team do together.</summary>
internal interface ITeamJob
{
    /// <summary>Does one thread's share. It must not throw: the others would wait for it.</summary>
    /// <param name="thread">0..Size-1; 0 is the thread that called <see cref="ThreadTeam.Run(ITeamJob, int)"/>.</param>
    void Execute(int thread);
}
