"""What every API view uses: the operation decorator, answer models, paging."""
