"""The real verifiers scores its own traces with our reward."""

import json
from pathlib import Path

import pytest
from client_programs import run_program

PROGRAM = """
import asyncio, json
import verifiers.v1 as vf
from grader import harnesses
from grader.harnesses.verifiers import passed

class AddData(vf.TaskData):
    tests: str
    entry_point: str

class AddTask(vf.Task[AddData]):
    @vf.reward
    async def right(self, trace: vf.Trace) -> float:
        return await passed(self.data, trace)

class PluggedTask(vf.Task[AddData]):
    pass

def scored(kind, reply, config=None):
    data = AddData(prompt="add", tests="assert add(1, 2) == 3", entry_point="add")
    task = kind(data, config)
    agent = vf.AgentInfo(config=vf.AgentConfig())
    trace = vf.Trace(task=vf.TraceTask(type="AddTask", data=data), agent=agent, root_reply=reply)
    try:
        asyncio.run(task.score(trace))
    except Exception as error:
        return type(error).__name__
    return {name: each.value for name, each in trace.rewards.items()}

right = "```python\\ndef add(a, b):\\n    return a + b\\n```"
wrong = "```python\\ndef add(a, b):\\n    return a - b\\n```"
plugged = vf.TaskConfig(rewards={"plugged": {"fn": "grader.harnesses.verifiers:passed"}})
found = [
    scored(AddTask, right), scored(AddTask, wrong), scored(PluggedTask, right, plugged),
]
harnesses.configure(workers=1, sandbox="null", allow_weak=True, retries=0)
found.append(scored(AddTask, "# null: infra"))
print(json.dumps(found))
"""


@pytest.mark.slow
@pytest.mark.needs("verifiers")
def test_verifiers_scores_traces_and_knows_our_trouble(tmp_path: Path):
    found = json.loads(run_program(PROGRAM, tmp_path))
    assert found == [{"right": 1.0}, {"right": 0.0}, {"plugged": 1.0}, "SandboxError"]
