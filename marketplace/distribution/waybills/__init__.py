"""What each consignment of a lorry needs in papers, what its shipper states for them, and the papers of carriage.

A lorry is sealed when every consignment aboard has what its nature and its way ask for; who makes what is missing is
said with it.
"""
