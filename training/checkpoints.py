"""What both trainers do with weights: start from others, average them, keep them so that the same command resumes."""

import copy

import torch


class Run:
    """A model with its optimiser and the average of its weights, and how far it has come (`step`, `spent` minutes)."""

    def __init__(self, model, lr, weight_decay, out, init=None):
        self._out = out
        out.mkdir(parents=True, exist_ok=True)
        self.model = model
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)
        self.step, self.spent = 0, 0.0
        if init:
            _load_matching(model, torch.load(init)["average"])
        self.average = copy.deepcopy(model)
        if (out / "checkpoint.pt").exists():
            saved = torch.load(out / "checkpoint.pt")
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
            for kept, new in zip(self.average.state_dict().values(), self.model.state_dict().values()):
                kept.lerp_(new, 1 - decay) if kept.is_floating_point() else kept.copy_(new)

    def save_checkpoint(self, minutes):
        state = {name: getattr(self, name).state_dict() for name in ("model", "average", "optimizer")}
        torch.save({**state, "step": self.step, "spent": minutes}, self._out / "checkpoint.tmp")
        (self._out / "checkpoint.tmp").rename(self._out / "checkpoint.pt")

    def save_final(self):
        torch.save({"average": self.average.state_dict(), "step": self.step}, self._out / "final.pt")


def _load_matching(model, weights):
    """Takes over the weights whose name and shape are the model's; the others start anew."""
    own = model.state_dict()
    model.load_state_dict({**own, **{name: value for name, value in weights.items() if name in own and own[name].shape == value.shape}})
