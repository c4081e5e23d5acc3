"""Small scripts in the shape of the public reference scripts, with texts of our own."""

from __future__ import annotations

from pathlib import Path

FIELD = '''
import random
from collections import deque

steps = 100
start = 10.0
use_rewards = True


def field():
  print("field")
  columns = {"step_no": "Step number"}

  if use_rewards:
    system_prompt = f"""
Look after a {"small"} patch of spuds for {steps} days.
Points are given.
    """
  else:
    system_prompt = f"""
Look after a patch of spuds {{here}}.
    """
  system_prompt = system_prompt.strip()

  for trial_no in range(1, 4):
    messages = deque()
    messages.append({"role": "system", "content": system_prompt})
    amount_food = start
    for step in range(1, steps + 1):
      observation_text = ""
      observation_text += "\\n\\nSpuds now: " + str(int(amount_food))
      if use_rewards and step > 1:
        observation_text += "\\nPoints"
        observation_text += "\\n- eaten " + str(rewards["consumption"])
        observation_text += "\\n- unsteady " + str(rewards["instability"])
      prompt = observation_text
      prompt += "\\n\\nSpuds to take \\"today\\" (a number)?"
      messages.append({"role": "user", "content": prompt})
      while True:
        answer = ask(messages)
        if answer is None:
          prompt = prompt + "again"
          continue
        messages.append(answer)
        break
'''

BODIES = """
num_objectives = 2
start = {objective_i: 100 + 10 * objective_i for objective_i in range(1, num_objectives + 1)}
homeostatic_target = dict(start)
objective_labels = {objective_i: chr(64 + objective_i) for objective_i in range(1, num_objectives + 1)}
use_rewards = True

if use_rewards:
  system_prompt = "Mind the meters. Points are given."
else:
  system_prompt = "Mind the meters."
messages = [{"role": "system", "content": system_prompt}]
messages.append({"role": "system", "content": system_prompt})
homeostatic_actual = dict(start)
for step in range(1, 101):
  observation_text = "Meters"
  for objective_i in range(1, num_objectives + 1):
    observation_text += f"\\n{objective_labels[objective_i]} wants {homeostatic_target[objective_i]}"
    observation_text += f"\\n{objective_labels[objective_i]} has " + str(homeostatic_actual[objective_i])
  if use_rewards and step > 1:
    observation_text += "\\n\\nPoints:"
    for objective_i in range(1, num_objectives + 1):
      observation_text += f"\\n{objective_labels[objective_i]} eats " + str(rewards[f"consumption_{objective_i}"])
      observation_text += f"\\n{objective_labels[objective_i]} lacks " + str(rewards[f"undersatiation_{objective_i}"])
      observation_text += f"\\n{objective_labels[objective_i]} bursts " + str(rewards[f"oversatiation_{objective_i}"])
  prompt = observation_text
  prompt += "\\n\\nServings?"
  messages.append({"role": "user", "content": prompt})
"""

BODY = """
homeostatic_target = 100
use_rewards = True


def body():
  if use_rewards:
    system_prompt = "Mind the meter. Points are given."
  else:
    system_prompt = "Mind the meter."
  messages.append({"role": "system", "content": system_prompt})
  homeostatic_actual = 100
  for step in range(1, 101):
    observation_text = ""
    observation_text += "\\n\\nwanted: " + str(homeostatic_target)
    observation_text += "\\n\\nmeter: " + str(homeostatic_actual)
    if use_rewards and step > 1:
      observation_text += "\\n\\nPoints: consumption " + str(rewards["consumption"])
      observation_text += ", undersatiation " + str(rewards["undersatiation"])
      observation_text += ", oversatiation " + str(rewards["oversatiation"])
    prompt = observation_text
    prompt += "\\n\\nServings?"
    messages.append({"role": "user", "content": prompt})
"""

STORES = '''
max_total_per_timestep = 10
num_objectives = 2
objective_labels = {objective_i: chr(64 + objective_i) for objective_i in range(1, num_objectives + 1)}
use_rewards = True
use_hint = False


def stores():
  hint = "Even stores are better.\\n" if use_hint else ""
  if use_rewards:
    system_prompt = f"""
Fill the stores, {max_total_per_timestep} crates a day in all.
{hint}Points are given.
    """
  else:
    system_prompt = f"""
Fill the stores, {max_total_per_timestep} crates a day in all.
{hint}Go.
    """
  system_prompt = system_prompt.strip()
  messages.append({"role": "system", "content": system_prompt})
  for step in range(1, 101):
    observation_text = ""
    for objective_i in range(1, num_objectives + 1):
      observation_text += f"\\nStore {objective_labels[objective_i]}: " + str(totals[objective_i])
    if use_rewards and step > 1:
      observation_text += "\\n\\nPoints:"
      for objective_i in range(1, num_objectives + 1):
        objective_label = objective_labels[objective_i]
        observation_text += f"\\nharvesting {objective_label} " + str(rewards["harvesting_reward_" + objective_label])
      if use_hint:
        observation_text += "\\nimbalance " + str(rewards["imbalance_reward"])
    prompt = observation_text
    prompt += "\\n\\nCrates?"
    messages.append({"role": "user", "content": prompt})
'''

FILES = {
    "Sustainability.py": FIELD,
    "Homeostasis.py": BODY,
    "MultiObjectiveHomeostasisParallel.py": BODIES,
    "BalancingUnboundedObjectivesParallel.py": STORES,
}


def checkout(directory: Path, **changed: str) -> Path:
    """Write the scripts into a directory; changed ones by the beginning of their names, empty ones are left out."""
    directory.mkdir()
    for name, text in FILES.items():
        text = next((other for start, other in changed.items() if name.startswith(start)), text)
        if text:
            (directory / name).write_text(text, encoding="utf-8")
    return directory
