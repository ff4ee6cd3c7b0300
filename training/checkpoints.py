"""What both trainers do with weights: start from others, average them, keep them so that the same command resumes."""

import copy
from pathlib import Path

import torch


def first_step(out):
    """The step that a run in the folder `out` goes on from."""
    path = Path(out) / "checkpoint.pt"
    return torch.load(path, map_location="cpu")["step"] if path.exists() else 0


class Run:
    """A model with its optimiser and the average of its weights, and how far it has come (`step`, `spent` minutes)."""

    def __init__(self, model, lr, weight_decay, out, init=None):
        self._out = out
        out.mkdir(parents=True, exist_ok=True)
        self.model = model
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)
        self.step, self.spent = 0, 0.0
        if init:
            _load_matching(model, torch.load(init, map_location="cpu")["average"])
        self.average = copy.deepcopy(model)
        if (out / "checkpoint.pt").exists():
            saved = torch.load(out / "checkpoint.pt", map_location="cpu")
            self.model.load_state_dict(saved["model"])
            self.average.load_state_dict(saved["average"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.step, self.spent = saved["step"], saved["spent"]

    def descend(self, loss, max_norm):
        """One step of the optimiser; the average follows."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), max_norm)
        self.optimizer.step()
        self.step += 1
        decay = min(0.998, self.step / (self.step + 50))
        with torch.no_grad():
            pairs = list(zip(self.average.state_dict().values(), self.model.state_dict().values()))
            weights = [(kept, new) for kept, new in pairs if kept.is_floating_point()]
            kept, new = (list(side) for side in zip(*weights))
            # All at once: one by one they take as long as the step itself on a GPU.
            torch._foreach_mul_(kept, decay)
            torch._foreach_add_(kept, new, alpha=1 - decay)
            for count, value in pairs:
                if not count.is_floating_point():
                    count.copy_(value)

    def save_checkpoint(self, minutes):
        state = {name: getattr(self, name).state_dict() for name in ("model", "average", "optimizer")}
        torch.save({**state, "step": self.step, "spent": minutes}, self._out / "checkpoint.tmp")
        (self._out / "checkpoint.tmp").rename(self._out / "checkpoint.pt")

    def save_final(self):
        # For machines without the device that trained.
        average = {name: value.cpu() for name, value in self.average.state_dict().items()}
        torch.save({"average": average, "step": self.step}, self._out / "final.pt")


def _load_matching(model, weights):
    """Takes over the weights whose name and shape are the model's; the others start anew."""
    own = model.state_dict()
    model.load_state_dict({**own, **{name: value for name, value in weights.items() if name in own and own[name].shape == value.shape}})
